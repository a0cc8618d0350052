// What trainings with and without warm-up amount to: the checks and the figure of the warm-up experiment.
#pragma once

#include "prenorm/papers/results.h"
#include "prenorm/papers/xiong2020/warmup_runs.h"

namespace prenorm::papers::xiong2020 {

Results warmup_results(const WarmupSetting& setting, const WarmupRuns& runs);

}  // namespace prenorm::papers::xiong2020
