#include "prenorm/ops/cpu/example_squares.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "prenorm/ops/cpu/dispatch.h"

namespace prenorm::ops::cpu {
namespace {

constexpr std::int64_t kBlock = 1 << 14;

template <class T>
PRENORM_INLINE double squares_kernel(const T* x, std::int64_t count) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return sum;
}

template <class T>
PRENORM_INLINE double add_squares_kernel(T* to, const T* x, std::int64_t count) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) {
    to[i] += x[i];
    sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  }
  return sum;
}

// dots[u] = row · rows[u] for u < count, four at a time, which read `row` once.
template <class T>
PRENORM_INLINE void dots_kernel(const T* row, const T* rows, std::int64_t count, std::int64_t columns, T* dots) {
  std::int64_t u = 0;
  for (; u + 4 <= count; u += 4, rows += 4 * columns) {
    T a = 0, b = 0, c = 0, d = 0;
#pragma omp simd reduction(+ : a, b, c, d)
    for (std::int64_t i = 0; i < columns; ++i) {
      a += row[i] * rows[i];
      b += row[i] * rows[columns + i];
      c += row[i] * rows[2 * columns + i];
      d += row[i] * rows[3 * columns + i];
    }
    dots[u] = a, dots[u + 1] = b, dots[u + 2] = c, dots[u + 3] = d;
  }
  for (; u < count; ++u, rows += columns) {
    T a = 0;
#pragma omp simd reduction(+ : a)
    for (std::int64_t i = 0; i < columns; ++i) a += row[i] * rows[i];
    dots[u] = a;
  }
}

}  // namespace

template <class T>
double sum_of_squares(const T* x, std::int64_t count) {
  return run_loops<squares_kernel<T>>(x, count);
}

template <class T>
double add_with_squares(T* sum, const T* x, std::int64_t count) {
  const std::int64_t blocks = (count + kBlock - 1) / kBlock;
  std::vector<double> squares(static_cast<std::size_t>(blocks));
  at::parallel_for(0, blocks, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) {
      const std::int64_t at = b * kBlock;
      squares[static_cast<std::size_t>(b)] =
          run_loops<add_squares_kernel<T>>(sum + at, x + at, std::min(kBlock, count - at));
    }
  });
  double total = 0;
  for (const double s : squares) total += s;
  return total;
}

// The matrices of products are symmetric, so each pair is computed once.
template <class T>
GramSquares gram_squares(const T* x, std::int64_t in, const T* g, std::int64_t out, std::int64_t rows) {
  std::vector<T> of_x(static_cast<std::size_t>(rows)), of_g(static_cast<std::size_t>(rows));
  GramSquares sums{0, 0};
  for (std::int64_t t = 0; t < rows; ++t) {
    run_loops<dots_kernel<T>>(x + t * in, x, t + 1, in, of_x.data());
    run_loops<dots_kernel<T>>(g + t * out, g, t + 1, out, of_g.data());
    for (std::int64_t u = 0; u <= t; ++u) {
      const double times = u < t ? 2 : 1, dot = times * static_cast<double>(of_g[static_cast<std::size_t>(u)]);
      sums.weight += dot * static_cast<double>(of_x[static_cast<std::size_t>(u)]);
      sums.bias += dot;
    }
  }
  return {std::max(0.0, sums.weight), std::max(0.0, sums.bias)};  // rounding may leave less than nothing
}

template double sum_of_squares<float>(const float*, std::int64_t);
template double sum_of_squares<double>(const double*, std::int64_t);
template double add_with_squares<float>(float*, const float*, std::int64_t);
template double add_with_squares<double>(double*, const double*, std::int64_t);
template GramSquares gram_squares<float>(const float*, std::int64_t, const float*, std::int64_t, std::int64_t);
template GramSquares gram_squares<double>(const double*, std::int64_t, const double*, std::int64_t, std::int64_t);

}  // namespace prenorm::ops::cpu
