// Squared norms for gradients by example (ops/example_norms.h). Sums of squares are in double.
#pragma once

#include <cstdint>

namespace prenorm::ops::cpu {

// Σ x²
template <class T>
double sum_of_squares(const T* x, std::int64_t count);

// sum += x; returns Σ x². The available threads share long ones; the bits do not depend on their number.
template <class T>
double add_with_squares(T* sum, const T* x, std::int64_t count);

// ‖Σ_t g_t x_tᵀ‖² = Σ_{t, u} (x_t · x_u) (g_t · g_u) and ‖Σ_t g_t‖² = Σ_{t, u} g_t · g_u (Li et al. 2022), for
// x: [rows, in] and g: [rows, out], contiguous.
struct GramSquares {
  double weight, bias;
};
template <class T>
GramSquares gram_squares(const T* x, std::int64_t in, const T* g, std::int64_t out, std::int64_t rows);

}  // namespace prenorm::ops::cpu
