// Products of the large matrices of training in single precision, for processors with vectors of 64 bytes: about a
// tenth faster there than OpenBLAS of Debian 12. It copies as little as possible (a left operand whose rows run along
// the sum is used in place, or copied row by row), never reads results that will be overwritten, and fetches results
// and the next columns from memory while it multiplies.
#pragma once

#include <cstdint>

namespace prenorm::ops::cpu {

// Products of at most so many factors are complete when they are added to their place.
constexpr std::int64_t kOneBlockInner = 256;

// out(i, j) = scale Σ_k left(i, k) right(k, j), added to the existing value with `accumulate`; plus bias(j) if there is
// a bias, and then at least zero with `relu`.
struct PackedProduct {
  float* out;
  std::int64_t out_stride;  // between rows
  const float* left;
  std::int64_t left_row, left_inner;  // left(i, k) = left[i * left_row + k * left_inner]; one of them is 1
  const float* right;
  std::int64_t right_inner, right_column;  // right(k, j) = right[k * right_inner + j * right_column]; one of them is 1
  std::int64_t rows, columns, inner;
  float scale = 1;
  bool accumulate = false;
  const float* bias = nullptr;  // [columns]
  bool relu = false;            // only with a bias
  float* left_sums = nullptr;   // [rows], to which scale Σ_k left(i, k) is added; only if left_row is 1
  // [rows], to which Σ_j (scale Σ_k left(i, k) right(k, j))² is added; only if inner <= kOneBlockInner
  double* row_squares = nullptr;
};

// Whether this processor has the vectors and the product is large enough to justify copying its operands.
bool packed_gemm_pays(const PackedProduct& product);

// Any sizes, but `inner` > 0. The available threads share the rows; the bits of an element depend only on its own
// factors and on `inner`. Call it only if packed_gemm_runs().
void packed_gemm(const PackedProduct& product);
bool packed_gemm_runs();

}  // namespace prenorm::ops::cpu
