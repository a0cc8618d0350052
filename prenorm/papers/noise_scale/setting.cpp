#include "prenorm/papers/noise_scale/setting.h"

namespace prenorm::papers::noise_scale {

Setting setting_of(const ExperimentOptions& options) {
  Setting s;
  s.seeds = options.seeds;
  if (!options.quick) return s;
  s.regression_steps = 1000;
  s.training_tokens = 400'000;
  s.branch_tokens = 60'000;
  s.frozen_sequences = 512;
  s.ramp_tokens = 240'000;
  return s;
}

}  // namespace prenorm::papers::noise_scale
