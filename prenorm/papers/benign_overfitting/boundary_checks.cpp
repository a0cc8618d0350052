#include <algorithm>
#include <cmath>

#include "prenorm/papers/benign_overfitting/checks.h"
#include "prenorm/papers/benign_overfitting/theory.h"

namespace prenorm::papers::benign_overfitting {
namespace {

double spread_up_to(const Contour& contour, double samples) {
  double least = 0, greatest = 0;
  const std::vector<double> products = contour.products();
  for (std::size_t i = 0; i < products.size() && contour.samples[i] <= samples; ++i) {
    least = i == 0 ? products[i] : std::min(least, products[i]);
    greatest = std::max(greatest, products[i]);
  }
  return greatest / least;
}

std::vector<double> over_formula(const Contour& contour, double stop) {
  std::vector<double> ratios;
  for (const double product : contour.products())
    ratios.push_back(product / critical_product(DataSetting().patches, 1, stop, kTestLoss));
  return ratios;
}

void check_grid_contour(const LossGrid& grid, double stop, std::vector<Check>& checks) {
  const Contour contour = contour_of(grid, kTestLoss);
  checks.push_back({"boundary_slope",
                    "Figure 1",
                    {{"stop", stop}},
                    contour.line().slope,
                    -2,
                    {-2.4, -1.6},
                    "slope of log N over log SNR where the test loss is 0.2"});
  checks.push_back({"boundary_spread",
                    "Figure 1",
                    {{"stop", stop}},
                    spread_up_to(contour, 64),
                    1,
                    {1, 1.6},
                    "greatest N SNR^2 on that contour over the least, for N from 8 to 64"});
  checks.push_back({"boundary_constant",
                    "Figure 1, derived (2)",
                    {{"stop", stop}},
                    farthest_from(1, over_formula(contour, stop)),
                    1,
                    {0.5, 2},
                    "N SNR^2 on that contour over the closed form; of all N the farthest from 1"});
}

void check_shape(const LossGrid& grid, const std::string& prefix, const std::string& place, double stop,
                 std::vector<Check>& checks) {
  checks.push_back({prefix + "rising_share",
                    place,
                    {{"stop", stop}},
                    rising_share(grid),
                    0,
                    {0, 0.05},
                    "share of neighbouring cells where more samples or more SNR have a larger test loss"});
  checks.push_back({prefix + "parts_below",
                    place,
                    {{"stop", stop}},
                    static_cast<double>(parts_below(grid, kTestLoss)),
                    1,
                    {1, 1},
                    "connected parts of the cells with a test loss below 0.2"});
}

}  // namespace

void check_boundary(const std::vector<LossGrid>& grids, std::vector<Check>& checks) {
  const std::vector<double> stops = GridSetting().stops;
  for (std::size_t i = 0; i < stops.size(); ++i) {
    check_grid_contour(grids.at(i), stops[i], checks);
    check_shape(grids.at(i), "", "Figure 1", stops[i], checks);
  }
}

void check_digits(const std::vector<LossGrid>& grids, std::vector<Check>& checks) {
  const Contour contour = contour_of(grids.at(1), kTestLoss);
  checks.push_back({"digits_boundary_slope",
                    "Figure 2",
                    {},
                    contour.line().slope,
                    -2,
                    {-3, -1},
                    "slope of log N over log SNR where the test loss is 0.2, digits 0 and 1 of MNIST as signals"});
  checks.push_back({"digits_contour_rows",
                    "Figure 2",
                    {},
                    static_cast<double>(contour.samples.size()) / static_cast<double>(grids.at(1).samples.size()),
                    1,
                    {0.75, 1},
                    "share of N for which the test loss crosses 0.2 within the map"});
  check_shape(grids.at(1), "digits_", "Figure 2", kStop, checks);
}

}  // namespace prenorm::papers::benign_overfitting
