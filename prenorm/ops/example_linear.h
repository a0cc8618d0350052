// The gradient of a linear map's weights, y = x Wᵀ + b, with its squared norm by example. For example b with T rows of
// x: [T, K] and of the gradient g: [T, L],
//
//   simultaneous  D_b = Σ_t g_t x_tᵀ is a by-product of Σ_b D_b; ‖D_b‖² costs 2 K L - 1 more     Gray et al. 2024
//   Gram          ‖D_b‖² = Σ_{t, u} (x_t · x_u) (g_t · g_u) costs 2 T² (K + L) - 1 more             Li et al. 2022
//
// Each example takes the form with less arithmetic: the second if T² (K + L) < K L.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace prenorm::ops {

enum class ExampleForm : std::uint8_t { kSimultaneous, kGram };
ExampleForm example_form(std::int64_t rows, std::int64_t in, std::int64_t out);

// Arithmetic beyond the plain weight gradient, a multiply and an add as two, without that of the bias.
double example_form_flops(ExampleForm form, std::int64_t rows, std::int64_t in, std::int64_t out);

struct LinearSquares {
  double weight = 0, bias = 0;  // Σ_b ‖·‖²
  double flops = 0;
};

// grad_weight += scale Σ_b D_b and, unless grad_bias is null, grad_bias += Σ_t g_t, with which scale must be 1; returns
// the norms of what was added. Example b is rows [offsets[b] - offsets[0], offsets[b + 1] - offsets[0]). x, grad_y:
// contiguous.
LinearSquares gemm_weight_gradient_by_example(at::Tensor& grad_weight, at::Tensor* grad_bias, const at::Tensor& grad_y,
                                              const at::Tensor& x, std::span<const std::int64_t> offsets,
                                              double scale = 1);

// The part for a bias alone.
double column_sums_by_example(at::Tensor& grad_bias, const at::Tensor& grad_y, std::span<const std::int64_t> offsets);

// The norms alone, from ATen's operators.
LinearSquares linear_squares_composite(const at::Tensor& grad_y, const at::Tensor& x,
                                       std::span<const std::int64_t> offsets, double scale = 1);

}  // namespace prenorm::ops
