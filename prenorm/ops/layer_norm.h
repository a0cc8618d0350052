// Normalisation of rows, alone or fused with the preceding residual addition: one pass instead of three, forward and
// backward.
//
//   layer_norm  LN(v) = γ (v - μ)
// √(σ² + ε) + β, σ² biased      Ba et al. 2016
//   rms_norm    LN(v) = γ v
// √(mean(v²) + ε)                      Zhang & Sennrich 2019, eq. 4
//
// Without γ (and β) there are no learned weights; for layer_norm that is LayerNorm-simple of Xu et al. 2019.
#pragma once

#include <ATen/core/Tensor.h>

#include "prenorm/config/model_config.h"
#include "prenorm/ops/dropout.h"

namespace prenorm::ops {

struct NormWeights {
  // γ, β: [d_model], both or neither for layer_norm, never β for rms_norm; for their gradients see weight_gradient.h
  at::Tensor weight, bias;
  double eps = 1e-5;
  NormKind kind = NormKind::kLayerNorm;
};

// x: [rows, d_model] -> the same shape
at::Tensor layer_norm(const at::Tensor& x, const NormWeights& norm);

struct NormedSum {
  at::Tensor sum;     // x + dropout(branch)
  at::Tensor normed;  // LN(sum)
};
// x, branch: [rows, d_model]
NormedSum add_layer_norm(const at::Tensor& x, const at::Tensor& branch, const DropoutMask& mask,
                         const NormWeights& norm);

// The same from ATen's operators.
at::Tensor layer_norm_composite(const at::Tensor& x, const NormWeights& norm);
NormedSum add_layer_norm_composite(const at::Tensor& x, const at::Tensor& branch, const DropoutMask& mask,
                                   const NormWeights& norm);

}  // namespace prenorm::ops
