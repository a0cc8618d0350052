// Where the gradient of a weight goes. nn::Parameters gives every weight a gradient buffer: operators add to it
// directly, which saves a new tensor and two passes over it for every use of every weight. A weight without a buffer
// (in tests, or one that was itself computed) gets its gradient through autograd as usual.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros_like.h>

namespace prenorm::ops {

// Errors: UsageError inside torch::autograd::grad, which would return no gradient for such a weight and add to its
// buffer instead.
void check_that_buffers_are_wanted();

// add(gradient) adds to a contiguous tensor of the weight's shape. Returns what the backward function returns to
// autograd: nothing if the gradient went to the buffer.
template <class Add>
at::Tensor weight_gradient(const at::Tensor& weight, const Add& add) {
  if (!weight.requires_grad()) return {};
  if (weight.is_leaf() && weight.grad().defined()) {
    check_that_buffers_are_wanted();
    at::Tensor buffer = weight.mutable_grad();
    add(buffer);
    return {};
  }
  at::Tensor fresh = at::zeros_like(weight);
  add(fresh);
  return fresh;
}

}  // namespace prenorm::ops
