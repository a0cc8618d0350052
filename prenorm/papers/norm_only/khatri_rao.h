// The equations W2 diag(gamma) W1 = W* for the scales gamma of a pair of frozen layers: linear, with the column-wise
// Khatri-Rao product of W2 and the transpose of W1 as their matrix. See docs/papers/norm-only.md.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace prenorm::papers::norm_only {

// K [rows d, m] with K[(i, j), k] = W2[i, k] W1[k, j], for W2 [rows, m] and W1 [m, d].
at::Tensor khatri_rao(const at::Tensor& second, const at::Tensor& first);

// The singular values of such a matrix, descending. Values up to 1e-12 sigma_max times the number of equations are
// zero.
struct Spectrum {
  std::vector<double> values;
  std::int64_t equations = 0;

  std::int64_t rank() const;
  double condition() const;  // sigma_max / sigma_min of all min(equations, unknowns) values; infinite if one is zero
  bool full_rank() const { return rank() == std::ssize(values); }
};
Spectrum spectrum_of(const at::Tensor& system);

struct Solution {
  at::Tensor gamma;  // [m]: exact by elimination if K is square and regular, else least squares of least norm
  Spectrum spectrum;
  double residual = 0;  // |W2 diag(gamma) W1 - W*|_F / |W*|_F, computed from the product itself
};
Solution solve_scales(const at::Tensor& second, const at::Tensor& first, const at::Tensor& target);

// W2 diag(gamma) W1.
at::Tensor scaled_product(const at::Tensor& second, const at::Tensor& gamma, const at::Tensor& first);
double relative_distance(const at::Tensor& a, const at::Tensor& b);  // |a - b|_F / |b|_F

}  // namespace prenorm::papers::norm_only
