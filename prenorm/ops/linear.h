// y = act(x Wᵀ + b) on the rows of a matrix. act is ReLU, GELU or the leaky ReLU of TAT, √(2/(1 + s²)) max(z, s z),
// which keeps the mean square of a standard normal z.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "prenorm/config/model_config.h"

namespace prenorm::ops {

// An activation and, for tat_relu, its slope s, at least 0.
struct ActivationForm {
  ActivationForm(Activation activation, double leak = 0) : kind(activation), slope(leak) {}
  double gain() const;  // √(2/(1 + s²))

  Activation kind;
  double slope;
};

// x: [rows, in]; weight: [out, in]; bias: [out]. Returns [rows, out]. For the gradients of weight and bias see
// weight_gradient.h.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  std::optional<ActivationForm> activation = std::nullopt);

// The same from ATen's operators.
at::Tensor linear_composite(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                            std::optional<ActivationForm> activation = std::nullopt);

}  // namespace prenorm::ops
