// Models of both placements over depth, at initialisation, in the setting of the paper's proofs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/xiong2020/theory.h"
#include "prenorm/probe/simplified_setting.h"

namespace prenorm::papers::xiong2020 {

// Models of one placement, depth and width that differ in their seeds.
struct DepthPoint {
  std::int64_t layers = 0;
  std::vector<double> gradient_norms;  // of each seed: the last layer's ‖∂L/∂W²‖, mean over sequences
  // Mean over seeds of ‖x‖²/d for each layer: of what the layer leaves under Pre-LN, of x⁵ under Post-LN. The last one
  // is what the last LayerNorm reads.
  std::vector<double> states;

  double mean_gradient_norm() const;
};

struct DepthSweep {
  std::vector<DepthPoint> post, pre;  // by depth
};

// A cell for each placement and depth.
DepthSweep measure_depths(const TheoryOptions& options, std::int64_t d_model, const Cells& cells);

// One measurement for each seed, a thread each; `setting` has the rest.
std::vector<probe::SimplifiedMeasurement> measure_seeds(const TheoryOptions& options, probe::SimplifiedSetting setting);

// The mean over measurements of ‖x‖²/d at a point.
double mean_state(const std::vector<probe::SimplifiedMeasurement>& seeds, const std::string& point);

}  // namespace prenorm::papers::xiong2020
