#include <functional>

#include "prenorm/papers/benign_overfitting/figures.h"

namespace prenorm::papers::benign_overfitting {
namespace {

using Axis = std::function<double(const CriticalPoint&)>;

Curve product_curve(const std::string& name, const std::vector<CriticalPoint>& points, const Axis& axis) {
  Curve curve{name, {}, {}};
  for (const CriticalPoint& point : points) {
    curve.x.push_back(axis(point));
    curve.y.push_back(point.product);
  }
  return curve;
}

Curve formula_product_curve(const std::vector<CriticalPoint>& points, const Axis& axis) {
  Curve curve{"formula", {}, {}, /*theory=*/true};
  for (const CriticalPoint& point : points) {
    curve.x.push_back(axis(point));
    curve.y.push_back(point.setting.predicted());
  }
  return curve;
}

Figure product_figure(const std::string& title, const std::string& x_label, const std::vector<CriticalPoint>& trained,
                      const std::vector<CriticalPoint>& uniform, const Axis& axis) {
  return {title,
          x_label,
          "critical N SNR^2",
          false,
          true,
          {product_curve("attention trained", trained, axis), product_curve("uniform attention", uniform, axis),
           formula_product_curve(uniform, axis)},
          "N = 32, mean over seeds. Dashed: the closed form."};
}

Curve selection_curve(const std::string& name, const SelectionStudy& study, double SelectionState::*quantity) {
  Curve curve{name, study.norms, {}};
  for (const auto& seeds : study.runs) {
    double sum = 0;
    for (const auto& states : seeds) sum += states.back().*quantity;
    curve.y.push_back(sum / static_cast<double>(seeds.size()));
  }
  return curve;
}

}  // namespace

void add_critical_figures(const CriticalStudy& s, Results& results) {
  results.figures.push_back(
      product_figure("The boundary over the number of patches", "M", s.patches, s.uniform_patches,
                     [](const CriticalPoint& p) { return static_cast<double>(p.setting.data.patches); }));
  results.figures.push_back(product_figure("The boundary over the stop", "training loss at the stop", s.stops,
                                           s.uniform_stops, [](const CriticalPoint& p) { return p.setting.stop; }));
  results.figures.back().log_x = true;
  results.figures.push_back(product_figure("The boundary over the strong noise patch", "C_p", s.strong,
                                           s.uniform_strong,
                                           [](const CriticalPoint& p) { return p.setting.data.strong_noise; }));
}

void add_selection_figures(const SelectionStudy& study, Results& results) {
  results.figures.push_back({"Token selection (Sakamoto and Sato 2024) after 1000 steps",
                             "signal norm",
                             "share",
                             true,
                             false,
                             {selection_curve("flipped labels fitted", study, &SelectionState::flipped_accuracy),
                              selection_curve("test accuracy", study, &SelectionState::test_accuracy),
                              selection_curve("clean attention", study, &SelectionState::clean_attention),
                              selection_curve("flipped attention", study, &SelectionState::flipped_attention)},
                             "Means over seeds; public settings, other signal norms than 20 besides."});
}

}  // namespace prenorm::papers::benign_overfitting
