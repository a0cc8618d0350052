// Normalisation and its weights (see ops/layer_norm.h).
#pragma once

#include <ATen/core/Tensor.h>

#include "prenorm/config/model_config.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/ops/layer_norm.h"

namespace prenorm::nn {

class Norm {
 public:
  // Registers `<scope>.weight` and `<scope>.bias`, as far as config.norm and config.norm_affine require them.
  Norm(const Scope& scope, const ModelConfig& config) : weights_{{}, {}, config.norm_eps, config.norm} {
    if (!config.norm_affine) return;
    weights_.weight = scope.add("weight", {config.d_model}, constant(1));
    if (config.norm == NormKind::kLayerNorm) weights_.bias = scope.add("bias", {config.d_model}, constant(0));
  }

  // [rows, d_model] -> the same shape
  at::Tensor operator()(const at::Tensor& x) const { return ops::layer_norm(x, weights_); }
  // Returns x + dropout(branch), and the same normalised.
  ops::NormedSum operator()(const at::Tensor& x, const at::Tensor& branch, const ops::DropoutMask& mask) const {
    return ops::add_layer_norm(x, branch, mask, weights_);
  }

 private:
  ops::NormWeights weights_;
};

}  // namespace prenorm::nn
