// What surrounds the matrix product of a linear map: bias and activation in one pass over its output, the activation's
// derivative and the bias's gradient in one pass over its gradient.
#pragma once

#include <ATen/core/Tensor.h>

namespace prenorm::ops::cpu {

// y += bias, then max(y, 0) if `relu`. y: [rows, columns], changed.
void add_bias(at::Tensor& y, const at::Tensor& bias, bool relu);

// [columns]: sums over the rows of a contiguous matrix.
at::Tensor column_sums(const at::Tensor& x);

struct ReluGradient {
  at::Tensor grad_z;       // grad_y where y > 0, else 0
  at::Tensor column_sums;  // of grad_z
};
ReluGradient relu_backward(const at::Tensor& grad_y, const at::Tensor& y);

}  // namespace prenorm::ops::cpu
