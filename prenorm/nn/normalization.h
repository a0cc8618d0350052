// Layer normalisation with its weights (see ops/layer_norm.h).
#pragma once

#include <ATen/core/Tensor.h>

#include "prenorm/config/model_config.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/ops/layer_norm.h"

namespace prenorm::nn {

class LayerNorm {
 public:
  LayerNorm(const Scope& scope, const ModelConfig& config)
      : weights_{scope.add("weight", {config.d_model}, constant(1)), scope.add("bias", {config.d_model}, constant(0)),
                 config.norm_eps} {}

  // [rows, d_model] -> the same shape
  at::Tensor operator()(const at::Tensor& x) const { return ops::layer_norm(x, weights_); }
  // x + dropout(branch), and that normalised
  ops::NormedSum operator()(const at::Tensor& x, const at::Tensor& branch, const ops::DropoutMask& mask) const {
    return ops::add_layer_norm(x, branch, mask, weights_);
  }

 private:
  ops::NormWeights weights_;
};

}  // namespace prenorm::nn
