// Square matrices of a few rows, in plain C++.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace prenorm::papers::icl_preconditioned_gd {

struct Square {
  explicit Square(std::int64_t rows) : size(rows), values(static_cast<std::size_t>(rows * rows)) {}
  Square(std::int64_t rows, std::span<const double> elements)  // row after row
      : size(rows), values(elements.begin(), elements.begin() + rows * rows) {}

  double& operator()(std::int64_t i, std::int64_t j) { return values[static_cast<std::size_t>(i * size + j)]; }
  double operator()(std::int64_t i, std::int64_t j) const { return values[static_cast<std::size_t>(i * size + j)]; }

  std::int64_t size;
  std::vector<double> values;
};

Square diagonal(std::span<const double> elements);
Square transposed(const Square& a);
Square operator*(const Square& a, const Square& b);
Square operator*(double factor, Square a);

double frobenius_norm(const Square& a);
double trace(const Square& a);

// The larger one; NaN if one is, where std::max would leave it out.
inline double larger(double a, double b) { return std::isnan(a) || b <= a ? a : b; }

// Dist(M, I) = min over alpha of ‖M - alpha I‖_F / ‖M‖_F (Ahn et al. 2023, section 5): 0 for a multiple of I, 1 for a
// matrix without trace.
double distance_from_identity(const Square& a);

}  // namespace prenorm::papers::icl_preconditioned_gd
