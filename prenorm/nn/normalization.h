// LN(v) = γ (v - μ) / √(σ² + ε) + β over the last dimension, σ² biased (Ba et al. 2016).
#pragma once

#include <ATen/core/Tensor.h>

#include "prenorm/config/model_config.h"
#include "prenorm/nn/parameters.h"

namespace prenorm::nn {

class LayerNorm {
 public:
  LayerNorm(const Scope& scope, const ModelConfig& config)
      : weight_(scope.add("weight", {config.d_model}, constant(1))),
        bias_(scope.add("bias", {config.d_model}, constant(0))),
        eps_(config.norm_eps) {}

  // [..., d_model] -> the same shape
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
  double eps_;
};

}  // namespace prenorm::nn
