#include "prenorm/papers/icl_preconditioned_gd/square.h"

#include <cmath>

namespace prenorm::papers::icl_preconditioned_gd {

Square diagonal(std::span<const double> elements) {
  Square a(std::ssize(elements));
  for (std::int64_t i = 0; i < a.size; ++i) a(i, i) = elements[static_cast<std::size_t>(i)];
  return a;
}

Square transposed(const Square& a) {
  Square b(a.size);
  for (std::int64_t i = 0; i < a.size; ++i)
    for (std::int64_t j = 0; j < a.size; ++j) b(j, i) = a(i, j);
  return b;
}

Square operator*(const Square& a, const Square& b) {
  Square c(a.size);
  for (std::int64_t i = 0; i < a.size; ++i)
    for (std::int64_t k = 0; k < a.size; ++k)
      for (std::int64_t j = 0; j < a.size; ++j) c(i, j) += a(i, k) * b(k, j);
  return c;
}

Square operator*(double factor, Square a) {
  for (double& value : a.values) value *= factor;
  return a;
}

double frobenius_norm(const Square& a) {
  double square = 0;
  for (const double value : a.values) square += value * value;
  return std::sqrt(square);
}

double trace(const Square& a) {
  double sum = 0;
  for (std::int64_t i = 0; i < a.size; ++i) sum += a(i, i);
  return sum;
}

double distance_from_identity(const Square& a) {
  Square rest = a;
  const double alpha = trace(a) / static_cast<double>(a.size);
  for (std::int64_t i = 0; i < a.size; ++i) rest(i, i) -= alpha;
  return frobenius_norm(rest) / frobenius_norm(a);
}

}  // namespace prenorm::papers::icl_preconditioned_gd
