// What the experiment trains.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/benign_overfitting/grid.h"
#include "prenorm/papers/experiment.h"

namespace prenorm::papers::benign_overfitting {

struct ExperimentSetting {
  std::int64_t seeds = 3;
  GridSetting grid, digits;
  std::vector<std::int64_t> stopping_samples = {8, 16, 32, 64, 128};
  std::vector<double> stopping_snr = {0.7, 1, 1.4, 2, 2.8};
  std::vector<double> stopping_losses = {0.1, 0.03, 0.01, 0.003};
  std::vector<double> selection_norms = {1, 2, 5, 10, 20, 50, 100};
};
ExperimentSetting experiment_setting(const ExperimentOptions& options);

// `data` at N SNR^2 = product.
DataSetting at_product(DataSetting data, double product);
// N = 32 samples of a seed at N SNR^2 = product.
DataSetting small_data(std::int64_t seed, double product);

// N SNR^2 in the two regimes, at N = 32: SNR is 1.5 and 0.079.
inline constexpr double kBenignProduct = 72, kHarmfulProduct = 0.2;

}  // namespace prenorm::papers::benign_overfitting
