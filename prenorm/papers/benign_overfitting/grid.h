// The heat map of test loss over N and SNR, and its contour.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/benign_overfitting/runs.h"

namespace prenorm::papers::benign_overfitting {

// Values by N and SNR, both ascending.
struct LossGrid {
  std::vector<std::int64_t> samples;  // rows
  std::vector<double> snr;            // columns
  std::vector<double> test_loss;      // row by row, mean over seeds

  double at(std::size_t row, std::size_t column) const { return test_loss[row * snr.size() + column]; }
};

struct GridSetting {
  std::vector<std::int64_t> samples;
  std::vector<double> snr;
  std::vector<double> stops = {0.1, kStop};
  std::int64_t seeds = 3;
};
// The data of each run: by N, then SNR, then seed.
std::vector<DataSetting> grid_data(const GridSetting& setting, const DataSetting& common = {});
// A grid for each stop, from runs of these data.
std::vector<LossGrid> grids_of(const GridSetting& setting, const std::vector<Run>& runs);
// One cell for each run.
std::vector<LossGrid> measure_grid(const GridSetting& setting, const Cells& cells);

// Where each row's loss falls below `level`, between two columns by a line through log SNR and log loss. Rows that do
// not cross it within the grid are left out.
struct Contour {
  std::vector<double> samples, snr;

  std::vector<double> products() const;  // N SNR^2
  Line line() const;                     // log10 N over log10 SNR
};
Contour contour_of(const LossGrid& grid, double level);

// The share of neighbouring pairs, along both axes, of which the one with more samples or more SNR has the larger loss.
double rising_share(const LossGrid& grid);

// Connected parts of the cells whose loss is below `level`.
std::int64_t parts_below(const LossGrid& grid, double level);

}  // namespace prenorm::papers::benign_overfitting
