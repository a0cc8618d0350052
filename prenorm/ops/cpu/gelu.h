// GELU(z) = z Φ(z) (Hendrycks & Gimpel 2016), exact or with their approximation by tanh (section 2), which GPT-2 uses.
#pragma once

#include <ATen/core/Tensor.h>

namespace prenorm::ops::cpu {

enum class Gelu : std::uint8_t { kExact, kTanh };

// In single precision Φ is within 1e-7 of its value.
at::Tensor gelu(const at::Tensor& z, Gelu kind);
// grad_y GELU'(z)
at::Tensor gelu_backward(const at::Tensor& grad_y, const at::Tensor& z, Gelu kind);

}  // namespace prenorm::ops::cpu
