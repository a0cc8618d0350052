// The two blocks of a layer of linear attention that act: with tokens (x_i; x_{i-1}), the prediction of x_{t+1} is
// W_PV_12 [sum over i = 2 ... t of x_i x_{i-1}^*] W_KQ_32 x_t / (t - 1).
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace prenorm::papers::mesa_optimization {

// Both [d, d], row after row.
struct Weights {
  std::int64_t dimension = 0;
  std::vector<double> key_query;         // W_KQ_32: a I at the start
  std::vector<double> projection_value;  // W_PV_12: b I at the start
};
Weights diagonal_weights(std::int64_t dimension, double a, double b);
// Every entry from N(0, deviation^2), a function of the seed.
Weights normal_weights(std::int64_t dimension, double deviation, std::uint64_t seed);

// Means over the diagonals: a_jj, b_jj, a_jj b_jj, which the paper's code calls a b, and b_jj^2 - a_jj^2.
struct Diagonal {
  double a = 0, b = 0, product = 0, square_difference = 0;
};
Diagonal diagonal_of(const Weights& weights);

// The least and the greatest entry off the diagonal of a [d, d] block.
struct OffDiagonal {
  double least = 0, greatest = 0;
  double largest() const { return std::fmax(-least, greatest); }
};
OffDiagonal off_diagonal_of(const std::vector<double>& block, std::int64_t dimension);

}  // namespace prenorm::papers::mesa_optimization
