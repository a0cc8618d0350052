// y = act(x (W + s B A)ᵀ + b) on the rows of a matrix. The adapter s B A of low rank is optional (Hu et al. 2021, eq.
// 3); it is multiplied from the right, so that B A is never computed.
// act is ReLU, GELU or the leaky ReLU of TAT, √(2/(1 + s²)) max(z, s z), which keeps the mean square of a standard
// normal z.
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

struct LowRank {
  at::Tensor a, b;  // [rank, in], [out, rank]; undefined if there is no adapter
  double scale = 0;

  bool defined() const { return a.defined(); }
};

// x: [rows, in]; weight: [out, in]; bias: [out]. Returns [rows, out]. For the gradients of the weights see
// weight_gradient.h. The backward pass keeps x only if a matrix needs a gradient.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  std::optional<ActivationForm> activation = std::nullopt, const LowRank& adapter = {});

// The same from ATen's operators.
at::Tensor linear_composite(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                            std::optional<ActivationForm> activation = std::nullopt, const LowRank& adapter = {});

}  // namespace prenorm::ops
