// The attention matrices of "signal-preserving attention" (He et al. 2023, "Deep Transformers without Shortcuts"): with
// kernels Σ_l = X_l X_lᵀ / d that the states are to have after layer l, attention starts as a matrix A_l with
//
//   A_l Σ_{l-1} A_lᵀ = Σ_l,    A_l = L_l L_{l-1}⁻¹ from Cholesky factors (causal) or Σ_l^{1/2} Σ_{l-1}^{-1/2} (not
//   causal)
//
// and Σ_0 = I. In a stack of L layers, u_spa has (Σ_l)_ij = ρ_l for i ≠ j, with ρ_l = ρ_L l/L, and e_spa has
// (Σ_l)_ij = exp(-γ_l |i - j|), with a(γ_l) = a(γ_L)^{l/L} and a(γ) = √(1 - e^{-2γ}). Closed forms where they exist
// keep every logarithm finite, however far apart two tokens are. All matrices are double.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "prenorm/config/model_config.h"
#include "prenorm/config/stacks.h"

namespace prenorm::nn {

// γ_l of e_spa for layers 0..L: infinite for layer 0.
double e_spa_decay(std::int64_t layer, std::int64_t layers, double last);
// ρ_l of u_spa.
double u_spa_correlation(std::int64_t layer, std::int64_t layers, double last);

// A_l of one layer.
struct AttentionShape {
  AttentionShaping kind = AttentionShaping::kESpa;  // kUSpa or kESpa
  std::int64_t layer = 1, layers = 1;               // l, from 1, and L
  double last = 0.005;                              // γ_L or ρ_L
  bool causal = true;

  // nullopt under the other kinds of attention.
  static std::optional<AttentionShape> of(const ModelConfig& config, const Layer& layer, bool causal);
};

// ln (A_l)_ij for row i, from 0, and 0 ≤ j ≤ i. Longer sequences have the same row. Errors: Error unless causal.
std::vector<double> log_attention_row(const AttentionShape& shape, std::int64_t row);

struct LogAttention {
  at::Tensor scores;    // [length, length]: ln ((A_l)_ij / its row's sum); 0 above the diagonal if causal
  at::Tensor row_sums;  // [length]
};
// Errors: NumericError if a matrix that is not causal has an element below zero.
LogAttention log_attention(const AttentionShape& shape, std::int64_t length);

}  // namespace prenorm::nn
