// Models of both placements over depth, at initialisation, in the setting of the paper's proofs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/xiong2020/theory.h"
#include "prenorm/probe/simplified_setting.h"

namespace prenorm::papers::xiong2020 {

// Models of one placement, depth and width with different seeds.
struct DepthPoint {
  std::int64_t layers = 0;
  std::vector<double> gradient_norms;  // by seed: the last layer's ‖∂L/∂W²‖, mean over sequences
  // Mean over seeds of ‖x‖²/d for each layer: of the layer's output under Pre-LN, of x⁵ under Post-LN. The last value
  // is that of the input of the last LayerNorm.
  std::vector<double> states;

  double mean_gradient_norm() const;
};

struct DepthSweep {
  std::vector<DepthPoint> post, pre;  // by depth
};

// One cell per placement and depth.
DepthSweep measure_depths(const TheoryOptions& options, std::int64_t d_model, const Cells& cells);

// One measurement per seed, each in its own thread. `setting` gives everything but the seed.
std::vector<probe::SimplifiedMeasurement> measure_seeds(const TheoryOptions& options, probe::SimplifiedSetting setting);

// The mean over measurements of ‖x‖²/d at a point.
double mean_state(const std::vector<probe::SimplifiedMeasurement>& seeds, const std::string& point);

}  // namespace prenorm::papers::xiong2020
