// y = act(x Wᵀ + b) on the rows of a matrix.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "prenorm/config/model_config.h"

namespace prenorm::ops {

// x: [rows, in]; weight: [out, in]; bias: [out]. Returns [rows, out]. For the gradients of weight and bias see
// weight_gradient.h.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  std::optional<Activation> activation = std::nullopt);

// The same from ATen's operators.
at::Tensor linear_composite(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                            std::optional<Activation> activation = std::nullopt);

}  // namespace prenorm::ops
