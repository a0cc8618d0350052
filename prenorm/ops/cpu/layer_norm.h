#pragma once

#include <ATen/core/Tensor.h>

#include "prenorm/ops/layer_norm.h"

namespace prenorm::ops::cpu {

struct NormOutput {
  at::Tensor sum, normed;
  at::Tensor statistics;  // [rows, 2]: μ (0 for rms_norm) and 1 / √(… + ε)
};
// x, branch: contiguous [rows, d_model]; without a branch, the sum is x itself.
NormOutput add_layer_norm(const at::Tensor& x, const at::Tensor& branch, const DropoutMask& mask,
                          const NormWeights& norm);

struct NormGradient {
  at::Tensor x, branch;     // branch: undefined if there is none
  at::Tensor weight, bias;  // [d_model], undefined if there is no such weight
};
// grad_sum: gradient of the sum itself, undefined if the sum is not used further; grad_normed: gradient of the
// normalised sum.
NormGradient add_layer_norm_backward(const at::Tensor& grad_sum, const at::Tensor& grad_normed,
                                     const NormOutput& output, bool has_branch, const DropoutMask& mask,
                                     const NormWeights& norm);

}  // namespace prenorm::ops::cpu
