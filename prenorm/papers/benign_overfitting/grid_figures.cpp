#include <fmt/format.h>

#include <cmath>

#include "prenorm/papers/benign_overfitting/figures.h"
#include "prenorm/papers/benign_overfitting/theory.h"

namespace prenorm::papers::benign_overfitting {
namespace {

// The largest N is the top row.
HeatMap map_of(const LossGrid& grid, double stop, const std::string& title) {
  HeatMap map;
  map.title = fmt::format("Test loss at the training loss {:g}{}", stop, title);
  map.x_label = "SNR";
  map.y_label = "N";
  map.value_label = "test loss";
  for (const double snr : grid.snr) map.x.push_back(fmt::format("{:.3g}", snr));
  for (std::size_t row = grid.samples.size(); row-- > 0;) {
    map.y.push_back(fmt::format("{}", grid.samples[row]));
    for (std::size_t c = 0; c < grid.snr.size(); ++c) map.values.push_back(grid.at(row, c));
  }
  map.note = "Mean over seeds. ln 2 = 0.693 is the loss of a model that knows nothing.";
  return map;
}

// N = constant / SNR^2 at the ends of a contour.
Curve formula_curve(const Contour& contour, double product, const std::string& name) {
  Curve curve{name, contour.snr, {}, /*theory=*/true};
  for (const double snr : curve.x) curve.y.push_back(product / (snr * snr));
  return curve;
}

Figure contour_figure(const std::vector<LossGrid>& grids, const std::vector<double>& stops, const std::string& title) {
  Figure figure{"Where the test loss is 0.2" + title, "SNR", "N", true, true, {}, ""};
  for (std::size_t i = 0; i < grids.size(); ++i) {
    const Contour contour = contour_of(grids[i], kTestLoss);
    if (contour.snr.size() < 2) continue;
    figure.curves.push_back({fmt::format("stop at {:g}", stops[i]), contour.snr, contour.samples});
    const double product = critical_product(DataSetting().patches, 1, stops[i], kTestLoss);
    if (title.empty())
      figure.curves.push_back(formula_curve(contour, product, fmt::format("N SNR^2 = {:.3g}", product)));
    const Line line = contour.line();
    figure.note += fmt::format("Stop at {:g}: fitted slope {:.2f}, N SNR^2 = {:.3g} at N = 32. ", stops[i], line.slope,
                               32 * std::pow(10, 2 * (std::log10(32) - line.intercept) / line.slope));
  }
  figure.note += title.empty() ? "Dashed: the closed form for uniform attention." : "";
  return figure;
}

}  // namespace

void add_grid_figures(const std::vector<LossGrid>& grids, const std::string& title, Results& results) {
  const std::vector<double> stops = GridSetting().stops;
  results.figures.push_back(contour_figure(grids, stops, title));
  for (std::size_t i = grids.size(); i-- > 0;) results.heat_maps.push_back(map_of(grids[i], stops[i], title));
}

}  // namespace prenorm::papers::benign_overfitting
