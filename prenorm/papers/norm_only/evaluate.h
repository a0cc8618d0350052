// How far a network of frozen weights is from its target on inputs.
#pragma once

#include "prenorm/papers/norm_only/draws.h"
#include "prenorm/papers/norm_only/network.h"

namespace prenorm::papers::norm_only {

// |output - target| of each input over the root mean square of |target|, both in double.
at::Tensor relative_errors(const at::Tensor& outputs, const at::Tensor& targets);

// l matrices N(0, 2/d), so that a ReLU network keeps the size of its input.
std::vector<at::Tensor> relu_target(std::int64_t d, std::int64_t depth, std::uint64_t key);

// What was built, on 1000 points of the unit ball, in double and in single precision.
Draw draw_of(const Built& built, const std::vector<at::Tensor>& target, std::uint64_t key);

}  // namespace prenorm::papers::norm_only
