// One linear layer from the scales of a frozen pair: exactness, the threshold at m = d^2 units, and controls.
#pragma once

#include <vector>

#include "prenorm/papers/norm_only/draws.h"
#include "prenorm/papers/norm_only/settings.h"

namespace prenorm::papers::norm_only {

// m = d^2, by width.
struct ExactStudy {
  std::vector<std::int64_t> widths;
  std::vector<Draws> normal;
  Draws uniform;  // entries of another law; d = kMainWidth
};
ExactStudy study_exact(const Setting& setting, const Cells& cells);

// d = kMainWidth, by m / d^2.
inline constexpr double kRatios[] = {0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.5, 2};
struct ThresholdStudy {
  std::vector<double> ratios;
  std::vector<Draws> draws;
};
ThresholdStudy study_threshold(const Setting& setting, const Cells& cells);
const Draws& at_ratio(const ThresholdStudy& study, double ratio);
// |W2 diag(gamma) W1 - W*| / |W*| for m <= d^2: the distance of a random direction from a random subspace.
double expected_residual(double ratio);

// m = d^2 = 256, of which only half of the units are tuned; the others keep gamma = 0 or 1.
struct ControlStudy {
  Draws zero, one;
};
ControlStudy study_controls(const Setting& setting, const Cells& cells);

}  // namespace prenorm::papers::norm_only
