// Figures that say whether a matrix has low rank or few large rows, in double precision.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace prenorm::ops {

// The singular values of a matrix [rows, columns], descending. Errors: UsageError if it is not a matrix or has a value
// that is not finite.
std::vector<double> singular_values(const at::Tensor& matrix);

// The nearest matrix of rank at most `rank` (Eckart and Young 1936), with the dtype of `matrix`. Errors as above.
at::Tensor truncated_to_rank(const at::Tensor& matrix, std::int64_t rank);

// Below, `singular_values` are descending; a zero matrix gives NaN, and 0 values above a share.

// The share of the squared Frobenius norm in the `count` largest singular values.
double energy_in_top(std::span<const double> singular_values, std::int64_t count);
// ||W||_F^2 / ||W||_2^2: at least 1, at most the rank.
double stable_rank(std::span<const double> singular_values);
// How many singular values are above `share` of the largest.
std::int64_t values_above(std::span<const double> singular_values, double share);

// The Euclidean norms of the rows.
std::vector<double> row_norms(const at::Tensor& matrix);

// The two neighbours in ascending order with the greatest ratio.
struct Gap {
  double ratio = 1;        // infinite if rows of norm 0 are below
  std::int64_t below = 0;  // number of norms below the gap; 0 if all norms are equal
  double low = 0, high = 0;
};
Gap widest_gap(std::vector<double> norms);

}  // namespace prenorm::ops
