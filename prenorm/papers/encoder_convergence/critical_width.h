// The smallest width at which descent reaches a small loss at a linear rate, against the number of samples N.
#pragma once

#include "prenorm/papers/encoder_convergence/studies.h"

namespace prenorm::papers::encoder_convergence {

// A width is wide enough if descent with the step 1 / the greatest eigenvalue of K(0) reaches a thousandth of the
// initial loss within 3000 epochs, the second half of them on a line of ln(loss) with R^2 >= 0.99.
bool is_wide_enough(const Model& model, const SampleSize& size, std::uint64_t seed);

// The smallest width of 128, 91, 64, 45, ..., 1 (factors 2^(-1/2)) down to which all are wide enough; NaN if 128 is
// not.
double critical_width(AttentionScale scale, const SampleSize& size, std::uint64_t seed);

struct CriticalWidths {
  AttentionScale scale;
  std::vector<double> samples;              // N
  std::vector<std::vector<double>> widths;  // by seed, then by N
};
// LeCun, d_s = 5, d = 20.
std::vector<CriticalWidths> measure_critical_widths(const Setting& setting, const Cells& cells);

}  // namespace prenorm::papers::encoder_convergence
