// The operations around the matrix product of a linear map, if the product itself does not do them (packed_gemm.h):
// bias and activation, the derivative of the activation, the gradient of the bias.
#pragma once

#include <ATen/core/Tensor.h>

namespace prenorm::ops::cpu {

// y += bias, then max(y, 0) if `relu`. y: [rows, columns], changed.
void add_bias(at::Tensor& y, const at::Tensor& bias, bool relu);

// [columns]: sums over the rows of a contiguous matrix.
at::Tensor column_sums(const at::Tensor& x);

// grad_y where y > 0, else 0
at::Tensor relu_backward(const at::Tensor& grad_y, const at::Tensor& y);

// y becomes gain max(y, slope y); 0 <= slope <= 1. y: contiguous, changed.
void leaky_relu(at::Tensor& y, double slope, double gain);
// gain grad_y where y > 0, else gain slope grad_y
at::Tensor leaky_relu_backward(const at::Tensor& grad_y, const at::Tensor& y, double slope, double gain);

}  // namespace prenorm::ops::cpu
