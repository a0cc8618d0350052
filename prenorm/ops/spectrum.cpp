#include "prenorm/ops/spectrum.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/linalg_svdvals.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <numeric>

#include "prenorm/base/error.h"

namespace prenorm::ops {
namespace {

at::Tensor double_matrix(const at::Tensor& matrix, const char* function) {
  if (matrix.dim() != 2) throw_error<UsageError>("{}: needs a matrix, not {} dimensions", function, matrix.dim());
  return matrix.detach().to(at::kCPU, at::kDouble).contiguous();
}

at::Tensor finite_matrix(const at::Tensor& matrix, const char* function) {
  at::Tensor values = double_matrix(matrix, function);
  if (!at::isfinite(values).all().item<bool>())
    throw_error<UsageError>("{}: the matrix has values that are not finite", function);
  return values;
}

std::vector<double> to_vector(const at::Tensor& values) {
  const at::Tensor flat = values.contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

double sum_of_squares(std::span<const double> values) {
  return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
}

}  // namespace

std::vector<double> singular_values(const at::Tensor& matrix) {
  return to_vector(at::linalg_svdvals(finite_matrix(matrix, "singular_values")));
}

at::Tensor truncated_to_rank(const at::Tensor& matrix, std::int64_t rank) {
  const auto [u, s, v] = at::linalg_svd(finite_matrix(matrix, "truncated_to_rank"), /*full_matrices=*/false);
  const std::int64_t kept = std::clamp<std::int64_t>(rank, 0, s.numel());
  const at::Tensor nearest = at::matmul(u.narrow(1, 0, kept) * s.narrow(0, 0, kept), v.narrow(0, 0, kept));
  return nearest.to(matrix.options());
}

double energy_in_top(std::span<const double> singular_values, std::int64_t count) {
  const auto top = singular_values.first(std::min(static_cast<std::size_t>(count), singular_values.size()));
  return sum_of_squares(top) / sum_of_squares(singular_values);
}

double stable_rank(std::span<const double> singular_values) {
  const double largest = singular_values.empty() ? 0 : singular_values.front();
  return sum_of_squares(singular_values) / (largest * largest);
}

std::int64_t values_above(std::span<const double> singular_values, double share) {
  return std::count_if(singular_values.begin(), singular_values.end(),
                       [&](double value) { return value > share * singular_values.front(); });
}

std::vector<double> row_norms(const at::Tensor& matrix) {
  return to_vector(at::linalg_vector_norm(double_matrix(matrix, "row_norms"), 2, at::IntArrayRef{1}));
}

Gap widest_gap(std::vector<double> norms) {
  std::sort(norms.begin(), norms.end());
  Gap widest;
  for (std::size_t i = 1; i < norms.size(); ++i) {
    const double low = norms[i - 1], high = norms[i];
    if (high > low && high / low > widest.ratio) widest = {high / low, static_cast<std::int64_t>(i), low, high};
  }
  return widest;
}

}  // namespace prenorm::ops
