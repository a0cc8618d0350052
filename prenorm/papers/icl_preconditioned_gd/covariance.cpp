#include "prenorm/papers/icl_preconditioned_gd/covariance.h"

#include <cmath>

#include "prenorm/base/random.h"

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

// Makes the columns of `a` orthonormal (Gram and Schmidt), twice for the last digits.
void orthonormalize(Square& a) {
  for (int round = 0; round < 2; ++round)
    for (std::int64_t j = 0; j < a.size; ++j) {
      for (std::int64_t k = 0; k < j; ++k) {
        double overlap = 0;
        for (std::int64_t i = 0; i < a.size; ++i) overlap += a(i, j) * a(i, k);
        for (std::int64_t i = 0; i < a.size; ++i) a(i, j) -= overlap * a(i, k);
      }
      double square = 0;
      for (std::int64_t i = 0; i < a.size; ++i) square += a(i, j) * a(i, j);
      for (std::int64_t i = 0; i < a.size; ++i) a(i, j) /= std::sqrt(square);
    }
}

std::vector<double> powers(std::vector<double> values, double exponent) {
  for (double& value : values) value = std::pow(value, exponent);
  return values;
}

}  // namespace

std::vector<double> Covariance::eigenvalues() const { return powers(deviations, 2); }
Square Covariance::factor() const { return rotation * diagonal(deviations); }
Square Covariance::inverse_factor() const { return diagonal(powers(deviations, -1)) * transposed(rotation); }
Square Covariance::matrix() const { return factor() * transposed(factor()); }
Square Covariance::inverse() const { return transposed(inverse_factor()) * inverse_factor(); }

Covariance identity_covariance(std::int64_t size) {
  const std::vector<double> ones(static_cast<std::size_t>(size), 1.0);
  return {ones, diagonal(ones)};
}

Covariance rotated_covariance(std::uint64_t seed) {
  Square rotation(5);
  RandomStream random(mix_key({seed, name_key("rotation")}));
  for (double& value : rotation.values) value = 2 * random.uniform() - 1;
  orthonormalize(rotation);
  return {{1, 1, 0.5, 0.25, 1}, rotation};
}

}  // namespace prenorm::papers::icl_preconditioned_gd
