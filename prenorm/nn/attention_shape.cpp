#include "prenorm/nn/attention_shape.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "prenorm/base/error.h"

namespace prenorm::nn {
namespace {

// Elements of A that rounding leaves at zero or below: small enough to change nothing, and with a finite logarithm.
constexpr double kSmallestElement = 1e-18;
// What rounding can take an element of a product of square roots below zero, and what is an element below zero.
constexpr double kRounding = 1e-9;

// a(γ), the deviation of a token given the previous one.
double innovation(double decay) { return std::sqrt(-std::expm1(-2 * decay)); }

// Row i of A_l in e_spa: with b = e^{-γ_l}, c = e^{-γ_{l-1}} and r = a(γ_l)/a(γ_{l-1}),
//   A_i0 = b^{i-1} (b - c r),   A_ij = r b^{i-j-1} (b - c) for 0 < j < i,   A_ii = r
std::vector<double> e_spa_row(const AttentionShape& s, std::int64_t row) {
  std::vector<double> logs(static_cast<std::size_t>(row + 1), 0.0);
  if (row == 0) return logs;
  const double decay = e_spa_decay(s.layer, s.layers, s.last), before = e_spa_decay(s.layer - 1, s.layers, s.last);
  const double log_ratio = std::log(innovation(s.last)) / static_cast<double>(s.layers);
  const double rise = -std::exp(-decay) * std::expm1(decay - before);  // b - c without cancellation
  const double first = rise - std::exp(-before) * std::expm1(log_ratio);
  logs[0] = std::log(first) - static_cast<double>(row - 1) * decay;
  for (std::int64_t j = 1; j < row; ++j)
    logs[static_cast<std::size_t>(j)] = log_ratio - static_cast<double>(row - j - 1) * decay + std::log(rise);
  logs.back() = log_ratio;
  return logs;
}

// The Cholesky factor of (1 - ρ) I + ρ 11ᵀ at index k: its diagonal, the elements below it (all the same), and the
// weight of each earlier variable in the mean of variable k given them.
struct UniformFactor {
  double diagonal, below, weight;
  UniformFactor(double rho, std::int64_t k) {
    const double i = static_cast<double>(k), given = 1 + (i - 1) * rho;
    diagonal = std::sqrt((1 - rho) * (1 + i * rho) / given);
    below = rho * (1 - rho) / given / diagonal;
    weight = rho / given;
  }
};

// Row i of A_l = L_l L_{l-1}⁻¹ in u_spa, with primes for layer l - 1:
//   A_ij = below_j/diagonal'_j - Σ_{j<k<i} below_k weight'_k/diagonal'_k - diagonal_i weight'_i/diagonal'_i,   j < i
std::vector<double> u_spa_row(const AttentionShape& s, std::int64_t row) {
  const double rho = u_spa_correlation(s.layer, s.layers, s.last);
  const double before = u_spa_correlation(s.layer - 1, s.layers, s.last);
  std::vector<double> logs(static_cast<std::size_t>(row + 1), 0.0);
  const UniformFactor here(rho, row), earlier(before, row);
  const double diagonal = here.diagonal / earlier.diagonal;
  double taken = diagonal * earlier.weight;
  logs.back() = std::log(diagonal);
  for (std::int64_t j = row - 1; j >= 0; --j) {
    const UniformFactor of_j(rho, j), earlier_j(before, j);
    const double below = of_j.below / earlier_j.diagonal;
    logs[static_cast<std::size_t>(j)] = std::log(std::max(below - taken, kSmallestElement));
    taken += below * earlier_j.weight;
  }
  return logs;
}

at::Tensor e_spa_kernel(double decay, std::int64_t length) {
  if (std::isinf(decay)) return at::eye(length, at::kDouble);
  const at::Tensor i = at::arange(length, at::kDouble);
  return (-decay * (i.unsqueeze(0) - i.unsqueeze(1)).abs()).exp();
}

// The symmetric Σ^power.
at::Tensor matrix_power(const at::Tensor& kernel, double power) {
  const auto [values, vectors] = at::linalg_eigh(kernel);
  return vectors.mul(values.pow(power)).matmul(vectors.t());
}

// Σ_l^{1/2} Σ_{l-1}^{-1/2}.
at::Tensor symmetric_e_spa(const AttentionShape& s, std::int64_t length) {
  const double decay = e_spa_decay(s.layer, s.layers, s.last), before = e_spa_decay(s.layer - 1, s.layers, s.last);
  const at::Tensor root = matrix_power(e_spa_kernel(decay, length), 0.5);
  return s.layer == 1 ? root : root.matmul(matrix_power(e_spa_kernel(before, length), -0.5));
}

// Both kernels are (1 - ρ) I + ρ 11ᵀ, with the eigenvalues 1 - ρ and 1 + (n - 1) ρ: so is their product.
at::Tensor symmetric_u_spa(const AttentionShape& s, std::int64_t length) {
  const double rho = u_spa_correlation(s.layer, s.layers, s.last), n = static_cast<double>(length);
  const double before = u_spa_correlation(s.layer - 1, s.layers, s.last);
  const double apart = std::sqrt((1 - rho) / (1 - before));
  const double along = std::sqrt((1 + (n - 1) * rho) / (1 + (n - 1) * before));
  return apart * at::eye(length, at::kDouble) + at::full({length, length}, (along - apart) / n, at::kDouble);
}

at::Tensor causal_logs(const AttentionShape& s, std::int64_t length) {
  at::Tensor logs = at::full({length, length}, -std::numeric_limits<double>::infinity(), at::kDouble);
  auto* out = logs.data_ptr<double>();
  for (std::int64_t i = 0; i < length; ++i) std::ranges::copy(log_attention_row(s, i), out + i * length);
  return logs;
}

at::Tensor symmetric_logs(const AttentionShape& s, std::int64_t length) {
  const at::Tensor a = s.kind == AttentionShaping::kESpa ? symmetric_e_spa(s, length) : symmetric_u_spa(s, length);
  if (length > 0 && !(a.min().item<double>() >= -kRounding))
    throw_error<Error>(
        "model.attention = \"{}\" has no attention matrix without negative elements for layer {} of {} and {} tokens "
        "that see each other; use \"u_spa\" or \"value_skipinit\"",
        enum_name(s.kind), s.layer, s.layers, length);
  return a.clamp_min(kSmallestElement).log();
}

}  // namespace

double e_spa_decay(std::int64_t layer, std::int64_t layers, double last) {
  if (layer == layers) return last;
  const double share = static_cast<double>(layer) / static_cast<double>(layers);
  return -std::log1p(-std::pow(innovation(last), 2 * share)) / 2;
}

double u_spa_correlation(std::int64_t layer, std::int64_t layers, double last) {
  return last * static_cast<double>(layer) / static_cast<double>(layers);
}

std::optional<AttentionShape> AttentionShape::of(const ModelConfig& config, const Layer& layer, bool causal) {
  const bool exponential = config.attention == AttentionShaping::kESpa;
  if (!exponential && config.attention != AttentionShaping::kUSpa) return std::nullopt;
  return AttentionShape{config.attention, layer.index + 1, layers_of(config, layer.stack),
                        exponential ? config.attention_decay : config.attention_correlation, causal};
}

std::vector<double> log_attention_row(const AttentionShape& shape, std::int64_t row) {
  if (!shape.causal) throw Error("log_attention_row: rows depend on the length unless attention is causal");
  return shape.kind == AttentionShaping::kESpa ? e_spa_row(shape, row) : u_spa_row(shape, row);
}

LogAttention log_attention(const AttentionShape& shape, std::int64_t length) {
  const at::Tensor logs = shape.causal ? causal_logs(shape, length) : symmetric_logs(shape, length);
  const at::Tensor log_sums = logs.logsumexp(1, /*keepdim=*/true);
  at::Tensor scores = logs - log_sums;
  if (shape.causal) scores = scores.tril();
  return {scores, log_sums.exp().squeeze(1)};
}

}  // namespace prenorm::nn
