#include "prenorm/papers/benign_overfitting/settings.h"

#include <algorithm>
#include <cmath>

namespace prenorm::papers::benign_overfitting {
namespace {

// `count` values from `first` on, each 10^(1/10) times the one before, to three digits.
std::vector<double> tenths_of_decades(double first, int count) {
  std::vector<double> values;
  for (int k = 0; k < count; ++k) values.push_back(std::round(1000 * first * std::pow(10, k / 10.0)) / 1000);
  return values;
}

}  // namespace

ExperimentSetting experiment_setting(const ExperimentOptions& options) {
  ExperimentSetting s;
  s.seeds = options.seeds;
  s.grid.samples = {8, 10, 12, 14, 16, 20, 24, 30, 36, 42, 50, 62, 74, 88, 106, 128};
  s.grid.snr = tenths_of_decades(0.05, 16);
  s.digits.samples = {8, 12, 16, 24, 32, 48, 64};
  s.digits.snr = tenths_of_decades(0.2, 12);
  if (options.quick) {
    s.grid.samples = {8, 12, 16, 24, 32, 48, 64};
    s.grid.snr = tenths_of_decades(0.1, 12);
    s.digits.samples = {8, 16, 32, 64};
    s.digits.snr = tenths_of_decades(0.252, 10);
    s.stopping_samples = {8, 16, 32, 64};
    s.stopping_losses = {0.1, 0.03, 0.01};
    s.selection_norms = {2, 5, 20};
  }
  s.grid.seeds = s.seeds;
  s.digits.seeds = std::max<std::int64_t>(s.seeds, 3);  // which digits are drawn matters more than which noise
  return s;
}

DataSetting at_product(DataSetting data, double product) {
  data.snr = std::sqrt(product / static_cast<double>(data.samples));
  return data;
}

DataSetting small_data(std::int64_t seed, double product) {
  DataSetting data;
  data.seed = static_cast<std::uint64_t>(seed);
  return at_product(data, product);
}

}  // namespace prenorm::papers::benign_overfitting
