#include "prenorm/papers/no_shortcuts/kernels.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_cholesky.h>
#include <ATen/ops/linalg_solve_triangular.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/outer.h>

#include <array>
#include <cmath>
#include <limits>

namespace prenorm::papers::no_shortcuts {
namespace {

at::Tensor times_transpose(const at::Tensor& attention, const at::Tensor& kernel) {
  return at::matmul(at::matmul(attention, kernel), attention.t());
}

}  // namespace

std::string_view name_of(Method method) {
  static constexpr std::array<std::string_view, 4> kNames = {"plain", "U-SPA", "E-SPA", "V-SkipInit"};
  return kNames.at(static_cast<std::size_t>(method));
}

at::Tensor exponential_kernel(std::int64_t tokens, double gamma) {
  if (std::isinf(gamma)) return at::eye(tokens, at::kDouble);
  const at::Tensor location = at::arange(tokens, at::kDouble);
  return (-gamma * (location.unsqueeze(1) - location).abs()).exp();
}

at::Tensor uniform_kernel(std::int64_t tokens, double rho) {
  return at::full({tokens, tokens}, rho, at::kDouble) + (1 - rho) * at::eye(tokens, at::kDouble);
}

double decay_of_layer(double last, std::int64_t layer, std::int64_t layers) {
  if (layer == 0) return std::numeric_limits<double>::infinity();
  const double a_squared = 1 - std::exp(-2 * last);
  return -0.5 * std::log(1 - std::pow(a_squared, static_cast<double>(layer) / static_cast<double>(layers)));
}

at::Tensor target_kernel(Method method, std::int64_t tokens, std::int64_t layer, std::int64_t layers) {
  if (method == Method::kExponential) return exponential_kernel(tokens, decay_of_layer(kDecay, layer, layers));
  if (method == Method::kUniform)
    return uniform_kernel(tokens, kCorrelation * static_cast<double>(layer) / static_cast<double>(layers));
  return at::eye(tokens, at::kDouble);
}

at::Tensor attention_between(const at::Tensor& before, const at::Tensor& after) {
  return at::linalg_solve_triangular(at::linalg_cholesky(before), at::linalg_cholesky(after), /*upper=*/false,
                                     /*left=*/false);
}

// With b = exp(-gamma_l), c = exp(-gamma_{l-1}) and r the ratio of their a = sqrt(1 - exp(-2 gamma)), in rows and
// columns from 0: A_00 = 1; A_i0 = b^(i-1) (b - c r) and A_ii = r for i > 0; A_ij = r b^(i-j-1) (b - c) between.
at::Tensor log_exponential_attention(std::int64_t tokens, std::int64_t layer, std::int64_t layers) {
  const double gamma = decay_of_layer(kDecay, layer, layers);
  const double b = std::exp(-gamma), c = std::exp(-decay_of_layer(kDecay, layer - 1, layers));
  const double r = std::sqrt((1 - b * b) / (1 - c * c));
  const at::Tensor location = at::arange(tokens, at::kDouble);
  at::Tensor log_a = std::log(r * (b - c)) - gamma * (location.unsqueeze(1) - location - 1);
  log_a.select(1, 0).copy_(std::log(b - c * r) - gamma * (location - 1));
  log_a.diagonal().fill_(std::log(r));
  log_a.select(0, 0).select(0, 0).fill_(0);
  return log_a.tril();
}

at::Tensor attention_of(Method method, std::int64_t tokens, std::int64_t layer, std::int64_t layers) {
  if (method == Method::kValueSkip) return at::eye(tokens, at::kDouble);
  if (method == Method::kPlain)
    return at::ones({tokens, tokens}, at::kDouble).tril() / at::arange(1, tokens + 1, at::kDouble).unsqueeze(1);
  return attention_between(target_kernel(method, tokens, layer - 1, layers),
                           target_kernel(method, tokens, layer, layers));
}

std::vector<at::Tensor> attention_kernels(Method method, std::int64_t tokens, std::int64_t layers) {
  std::vector<at::Tensor> kernels = {at::eye(tokens, at::kDouble)};
  for (std::int64_t layer = 1; layer <= layers; ++layer)
    kernels.push_back(times_transpose(attention_of(method, tokens, layer, layers), kernels.back()));
  return kernels;
}

at::Tensor cosines_of(const at::Tensor& kernel) {
  const at::Tensor norms = kernel.diagonal().sqrt();
  return kernel / at::outer(norms, norms);
}

KernelFigures figures_of(const at::Tensor& kernel) {
  const at::Tensor cosines = cosines_of(kernel), diagonal = kernel.diagonal();
  const auto tokens = static_cast<double>(kernel.size(0));
  const double sum = cosines.sum().item<double>() - cosines.diagonal().sum().item<double>();
  const double trace = diagonal.sum().item<double>();
  return {sum / (tokens * (tokens - 1)),
          cosines.min().item<double>(),
          trace / tokens,
          diagonal.min().item<double>(),
          diagonal.max().item<double>(),
          trace * trace / kernel.square().sum().item<double>()};
}

}  // namespace prenorm::papers::no_shortcuts
