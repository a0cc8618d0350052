// Evaluates training with and without warm-up: the checks and the figure of the warm-up experiment.
#pragma once

#include "prenorm/papers/results.h"
#include "prenorm/papers/xiong2020/warmup_runs.h"

namespace prenorm::papers::xiong2020 {

Results warmup_results(const WarmupSetting& setting, const WarmupRuns& runs);

}  // namespace prenorm::papers::xiong2020
