#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

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
  at::Tensor x, branch;                         // branch: undefined if there is none
  at::Tensor weight, bias;                      // [d_model], undefined if there is no such weight
  double weight_squares = 0, bias_squares = 0;  // Σ_b of their squared norms by example, if there are examples
};
// grad_sum: gradient of the sum itself, undefined if the sum is not used further; grad_normed: gradient of the
// normalised sum. `examples`: [examples + 1], example b is rows [examples[b], examples[b + 1]); then `weight` and
// `bias` are summed example by example, which may change their last bits. Empty if nobody wants their norms.
NormGradient add_layer_norm_backward(const at::Tensor& grad_sum, const at::Tensor& grad_normed,
                                     const NormOutput& output, bool has_branch, const DropoutMask& mask,
                                     const NormWeights& norm, std::span<const std::int64_t> examples = {});

}  // namespace prenorm::ops::cpu
