// Training runs with and without warm-up: one model size, task, optimizer and peak rate for all.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "prenorm/config/model_config.h"
#include "prenorm/papers/experiment.h"
#include "prenorm/papers/fit.h"

namespace prenorm::papers::xiong2020 {

struct WarmupArm {
  std::string_view name;
  NormPlacement placement;
  bool warmup;
};

inline constexpr std::array kWarmupArms = {WarmupArm{"Post-LN, no warm-up", NormPlacement::kPostLn, false},
                                           WarmupArm{"Post-LN, warm-up", NormPlacement::kPostLn, true},
                                           WarmupArm{"Pre-LN, no warm-up", NormPlacement::kPreLn, false}};

struct WarmupSetting {
  std::int64_t layers = 6;  // layers of the encoder, and of the decoder
  std::int64_t d_model = 64;
  std::int64_t updates = 0;
  // Number of updates of the warm-up; without warm-up, these use the peak rate. Afterwards the rate falls as 1/√t.
  std::int64_t warmup = 0;
  double lr = 0;
  std::int64_t record_every = 20;
};

// By arm, in the order of kWarmupArms, and by seed.
using WarmupRuns = std::array<std::vector<Trajectory>, kWarmupArms.size()>;

// One cell per run.
WarmupRuns train_warmup_runs(const WarmupSetting& setting, std::int64_t seeds, const Cells& cells);

}  // namespace prenorm::papers::xiong2020
