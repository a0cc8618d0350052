// The gradient of all parameters as one vector.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>

namespace prenorm::optim {

// √Σ g² in float64, the same for any number of threads.
double l2_norm(const at::Tensor& gradients);

// Adds the gradients of all replicas ([count] each, contiguous) up in the first, in their order, and sets the others to
// zero; returns the norm of the sum, in one pass.
double sum_and_norm(std::span<const at::Tensor> replicas);

// What scales a gradient of this norm down to `limit`; 1 below it, and where limit is 0.
double clip_factor(double norm, double limit);

}  // namespace prenorm::optim
