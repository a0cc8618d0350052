#include "prenorm/papers/norm_only/khatri_rao.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_solve.h>
#include <ATen/ops/linalg_svd.h>

#include <limits>

#include "prenorm/ops/spectrum.h"

namespace prenorm::papers::norm_only {
namespace {

double zero_share(const Spectrum& s) { return 1e-12 * static_cast<double>(s.equations); }

at::Tensor least_squares(const at::Tensor& system, const at::Tensor& right, const Spectrum& spectrum) {
  const auto [u, s, vh] = at::linalg_svd(system, /*full_matrices=*/false);
  const at::Tensor kept = s > zero_share(spectrum) * s[0];
  const at::Tensor inverse = s.reciprocal().masked_fill(kept.logical_not(), 0);
  return vh.t().mv(inverse * u.t().mv(right));
}

}  // namespace

at::Tensor khatri_rao(const at::Tensor& second, const at::Tensor& first) {
  return (second.unsqueeze(1) * first.t().unsqueeze(0)).reshape({second.size(0) * first.size(1), first.size(0)});
}

std::int64_t Spectrum::rank() const { return ops::values_above(values, zero_share(*this)); }

double Spectrum::condition() const {
  return full_rank() ? values.front() / values.back() : std::numeric_limits<double>::infinity();
}

Spectrum spectrum_of(const at::Tensor& system) { return {ops::singular_values(system), system.size(0)}; }

Solution solve_scales(const at::Tensor& second, const at::Tensor& first, const at::Tensor& target) {
  const at::Tensor system = khatri_rao(second, first), right = target.reshape({-1});
  Solution solution{{}, spectrum_of(system), 0};
  const bool square = system.size(0) == system.size(1);
  solution.gamma = square && solution.spectrum.full_rank() ? at::linalg_solve(system, right)
                                                           : least_squares(system, right, solution.spectrum);
  solution.residual = relative_distance(scaled_product(second, solution.gamma, first), target);
  return solution;
}

at::Tensor scaled_product(const at::Tensor& second, const at::Tensor& gamma, const at::Tensor& first) {
  return second.mm(gamma.unsqueeze(1) * first);
}

double relative_distance(const at::Tensor& a, const at::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

}  // namespace prenorm::papers::norm_only
