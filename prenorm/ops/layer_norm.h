// Layer normalisation, LN(v) = γ (v - μ) / √(σ² + ε) + β over the last dimension with σ² biased (Ba et al. 2016), alone
// and together with the residual addition before it: one pass instead of three forward, and backward.
#pragma once

#include <ATen/core/Tensor.h>

#include "prenorm/ops/dropout.h"

namespace prenorm::ops {

struct NormWeights {
  at::Tensor weight, bias;  // γ, β: [d_model]; their gradients: see weight_gradient.h
  double eps = 1e-5;
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
