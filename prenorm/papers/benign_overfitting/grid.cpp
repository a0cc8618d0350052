#include "prenorm/papers/benign_overfitting/grid.h"

#include <cmath>

namespace prenorm::papers::benign_overfitting {
namespace {

// Removes the part of `below` that contains (row, column).
void remove_part(std::vector<bool>& below, const LossGrid& grid, std::size_t row, std::size_t column) {
  const std::size_t columns = grid.snr.size();
  if (row >= grid.samples.size() || column >= columns || !below[row * columns + column]) return;
  below[row * columns + column] = false;
  remove_part(below, grid, row + 1, column);
  remove_part(below, grid, row, column + 1);
  if (row > 0) remove_part(below, grid, row - 1, column);
  if (column > 0) remove_part(below, grid, row, column - 1);
}

}  // namespace

std::vector<DataSetting> grid_data(const GridSetting& s, const DataSetting& common) {
  std::vector<DataSetting> all;
  for (const std::int64_t samples : s.samples)
    for (const double snr : s.snr)
      for (std::int64_t seed = 1; seed <= s.seeds; ++seed) {
        DataSetting& data = all.emplace_back(common);
        data.samples = samples;
        data.snr = snr;
        data.seed = static_cast<std::uint64_t>(seed);
      }
  return all;
}

std::vector<LossGrid> grids_of(const GridSetting& s, const std::vector<Run>& runs) {
  std::vector<LossGrid> grids;
  const auto seeds = static_cast<std::size_t>(s.seeds);
  for (std::size_t stop = 0; stop < s.stops.size(); ++stop) {
    LossGrid& grid = grids.emplace_back(LossGrid{s.samples, s.snr, {}});
    for (std::size_t first = 0; first < runs.size(); first += seeds) {
      double sum = 0;
      for (std::size_t i = first; i < first + seeds; ++i) sum += runs[i].at_stop(stop).test.loss;
      grid.test_loss.push_back(sum / static_cast<double>(s.seeds));
    }
  }
  return grids;
}

std::vector<LossGrid> measure_grid(const GridSetting& s, const Cells& cells) {
  std::vector<RunSetting> runs;
  for (const DataSetting& data : grid_data(s)) runs.push_back(run_setting(data, s.stops));
  return grids_of(s, train_all("heat map", runs, cells));
}

std::vector<double> Contour::products() const {
  std::vector<double> products;
  for (std::size_t i = 0; i < snr.size(); ++i) products.push_back(samples[i] * snr[i] * snr[i]);
  return products;
}

Line Contour::line() const {
  std::vector<double> x, y;
  for (std::size_t i = 0; i < snr.size(); ++i) {
    x.push_back(std::log10(snr[i]));
    y.push_back(std::log10(samples[i]));
  }
  return fit_line(x, y);
}

Contour contour_of(const LossGrid& grid, double level) {
  Contour contour;
  for (std::size_t row = 0; row < grid.samples.size(); ++row)
    for (std::size_t c = 1; c < grid.snr.size(); ++c) {
      if (!(grid.at(row, c - 1) > level && grid.at(row, c) <= level)) continue;
      const double part = std::log(grid.at(row, c - 1) / level) / std::log(grid.at(row, c - 1) / grid.at(row, c));
      contour.samples.push_back(static_cast<double>(grid.samples[row]));
      contour.snr.push_back(grid.snr[c - 1] * std::pow(grid.snr[c] / grid.snr[c - 1], part));
      break;
    }
  return contour;
}

double rising_share(const LossGrid& grid) {
  double rising = 0, pairs = 0;
  const auto count = [&](double less, double more) {
    ++pairs;
    if (!(more <= less)) ++rising;
  };
  for (std::size_t row = 0; row < grid.samples.size(); ++row)
    for (std::size_t c = 0; c < grid.snr.size(); ++c) {
      if (row > 0) count(grid.at(row - 1, c), grid.at(row, c));
      if (c > 0) count(grid.at(row, c - 1), grid.at(row, c));
    }
  return rising / pairs;
}

std::int64_t parts_below(const LossGrid& grid, double level) {
  std::vector<bool> below;
  for (const double loss : grid.test_loss) below.push_back(loss < level);
  std::int64_t parts = 0;
  for (std::size_t row = 0; row < grid.samples.size(); ++row)
    for (std::size_t c = 0; c < grid.snr.size(); ++c) {
      if (!below[row * grid.snr.size() + c]) continue;
      remove_part(below, grid, row, c);
      ++parts;
    }
  return parts;
}

}  // namespace prenorm::papers::benign_overfitting
