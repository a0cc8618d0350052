// A batch that grows linearly in tokens against a fixed one: the same sequences in the same order, the same rate at the
// same number of tokens (Gray et al. 2024, batch-size schedule).
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/noise_scale/character_run.h"
#include "prenorm/papers/noise_scale/setting.h"

namespace prenorm::papers::noise_scale {

struct RampPair {
  Series fixed, ramp;
};
std::vector<RampPair> study_ramp(const Setting& setting, const real_data::Characters& text, const Cells& cells);

// Losses over stretches of `stretch` tokens, each weighted by its update's tokens: end of the stretch and mean loss.
struct LossCurve {
  std::vector<double> tokens, loss;
};
LossCurve loss_curve(const Series& series, double stretch);

struct Saving {
  double final_loss = 0;   // of the fixed run, over its last stretch
  double share_saved = 0;  // of the tokens of the fixed run; negative if the ramp needs more
};
// Where the ramp's curve first reaches the final loss of the fixed run, by a line between stretches. A ramp that does
// not reach it has saved nothing: minus the share of tokens that its last slope would still need, at most 1.
Saving saving_of(const RampPair& pair, double stretch);

}  // namespace prenorm::papers::noise_scale
