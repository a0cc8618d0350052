// Products of matrices that are in the caches, and the copies that bring rows of wider matrices there (the columns to
// the right of those copied are prefetched: they usually belong to the next head).
#pragma once

#include <cstdint>

namespace prenorm::ops::cpu {

// The part of a product that matters, with `diagonal` as d.
enum class Part : std::uint8_t {
  kAll,
  kLowerResult,  // only out(i, j) for j <= i + d is used; the rest may or may not be written
  kLowerLeft,    // left(i, k) = 0 for k > i + d
  kUpperLeft     // left(i, k) = 0 for i > k + d
};

// out(i, j) = Σ_k left(i, k) right(k, j), added to the existing value with `accumulate`. Each element is summed in the
// order of k for any shape, so that its bits depend only on its own factors.
template <class T>
struct SmallProduct {
  T* out;
  std::int64_t out_stride;  // between rows
  const T* left;
  std::int64_t left_row, left_inner;  // left(i, k) = left[i * left_row + k * left_inner]
  const T* right;
  std::int64_t right_stride;
  std::int64_t rows, columns, inner;  // columns: a multiple of kWidestVector bytes
  bool accumulate = false;
  Part part = Part::kAll;
  std::int64_t diagonal = 0;
};

template <class T>
void multiply(const SmallProduct<T>& product);

// to: [columns, to_stride], of which padded<T>(rows) columns are written (those beyond `rows` with arbitrary values of
// `from`); from: [rows, columns] at from_stride. rows > 0.
template <class T>
void transpose(T* to, std::int64_t to_stride, const T* from, std::int64_t from_stride, std::int64_t rows,
               std::int64_t columns);

// to(i, j) = factor * from(i, j)
template <class T>
void copy_scaled(T* to, std::int64_t to_stride, const T* from, std::int64_t from_stride, std::int64_t rows,
                 std::int64_t columns, T factor);

}  // namespace prenorm::ops::cpu
