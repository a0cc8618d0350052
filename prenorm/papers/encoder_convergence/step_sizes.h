// How the largest stable step depends on the width.
#pragma once

#include "prenorm/papers/encoder_convergence/studies.h"

namespace prenorm::papers::encoder_convergence {

struct StepSizes {
  Initialization initialization;
  AttentionScale scale;
  std::vector<double> width;
  // By seed, then by width; `greatest` is the greatest eigenvalue of K(0).
  std::vector<std::vector<double>> step, greatest;
};
// LeCun, He, NTK at both scales.
std::vector<StepSizes> measure_step_sizes(const Setting& setting, const Cells& cells);

}  // namespace prenorm::papers::encoder_convergence
