// Gradients by central differences in double precision, to check hand-written backward passes.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>

#include <cstdint>

namespace prenorm::testing {

// d loss() / d x, element by element; x: contiguous float64, changed during the call and restored. The error is about
// 1e-10 of the loss for smooth losses of order one.
template <class Loss>
at::Tensor finite_differences(at::Tensor x, const Loss& loss, double step = 1e-5) {
  const at::NoGradGuard no_grad;
  const at::Tensor gradient = at::empty_like(x);
  auto* values = x.data_ptr<double>();
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const double center = values[i];
    values[i] = center + step;
    const double above = loss();
    values[i] = center - step;
    const double below = loss();
    values[i] = center;
    gradient.data_ptr<double>()[i] = (above - below) / (2 * step);
  }
  return gradient;
}

}  // namespace prenorm::testing
