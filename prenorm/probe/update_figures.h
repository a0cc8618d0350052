// How low in rank, and how uneven in its rows, an update of a weight matrix is.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <vector>

namespace prenorm::probe {

// The numbers of directions whose share of the energy is measured.
inline constexpr std::array<std::int64_t, 6> kTops{1, 2, 4, 8, 16, 32};

// The share of the squared Frobenius norm in the `directions` largest singular values.
struct TopEnergy {
  std::int64_t directions = 0;
  double share = 0;
};

// Euclidean norms of the rows. The gap is between two neighbours in ascending order: those with the greatest ratio,
// rows of zeros left out.
struct RowNorms {
  double smallest = 0, median = 0, largest = 0;
  std::int64_t zero = 0;          // rows of zeros
  double gap_ratio = 1;           // 1 if all norms are equal
  std::int64_t below_gap = 0;     // rows below it, without those of zeros
  std::vector<double> histogram;  // numbers of rows in kHistogramBins intervals of equal width from 0 to the largest
};
inline constexpr std::int64_t kHistogramBins = 20;

// All figures are 0 for a matrix of zeros.
struct UpdateFigures {
  std::int64_t rows = 0, columns = 0;
  double norm = 0;                         // Frobenius
  double stable_rank = 0;                  // ‖W‖²_F / ‖W‖²₂
  std::int64_t rank_of_90_percent = 0;     // directions that hold 90 % of the energy
  std::vector<TopEnergy> energy_in_top{};  // for kTops
  std::vector<double> singular_values{};   // descending
  RowNorms row_norms{};
};

// Errors: UsageError if this is not a matrix or has a value that is not finite.
UpdateFigures update_figures(const at::Tensor& update);

}  // namespace prenorm::probe
