// The sizes of the experiment's studies.
#pragma once

#include <cstdint>

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::noise_scale {

struct Setting {
  std::int64_t seeds = 3;
  std::int64_t regression_steps = 4000;
  std::int64_t training_tokens = 2'400'000;  // of each character model
  std::int64_t branch_tokens = 400'000;      // of each branch of the temperature test
  std::int64_t frozen_sequences = 2048;      // for each batch size
  std::int64_t ramp_tokens = 2'400'000;      // of the fixed run and of the ramp
};
Setting setting_of(const ExperimentOptions& options);

}  // namespace prenorm::papers::noise_scale
