// What the next update of a run is, from its configuration and its state alone. A run that was stopped and resumed has
// therefore the same updates as one that never stopped.
#pragma once

#include <cstdint>

#include "prenorm/config/config.h"
#include "prenorm/runs/checkpoint.h"

namespace prenorm::updates {

// How many batches it has: all of batch.accumulate, or fewer while the batch size grows. With t the target tokens
// trained on so far and R = batch.ramp_tokens:
//
//   ramp_from + ⌊(accumulate - ramp_from) · min(t, R) / R⌋
//
// The first update has ramp_from batches, and those from R tokens on have all of them. The public code of Gray et al.
// 2024 grows the batch linearly in tokens too, but rounds up.
//
// With batch.follow = "noise_scale" it has as many as hold the noise scale's number of examples (McCandlish et al.
// 2018, section 2.3), rounded, from ramp_from to accumulate: ramp_from until the means are worth kUpdatesToFollow
// updates, and accumulate where the estimate of ‖∇L‖² is not positive, so that the noise scale has no estimate. Batches
// are taken to hold the mean number of target tokens of those so far.
inline constexpr double kUpdatesToFollow = 10;
std::int64_t batches_of_next_update(const BatchConfig& batch, const runs::TrainerState& state);

// Makes every update have all of its batches.
void stop_growing(BatchConfig& batch);

// Its learning rate, for an update of `update_tokens` target tokens that begins in `epoch`, counted from 0.
double rate_of_next_update(const Config& config, const runs::TrainerState& state, std::int64_t update_tokens,
                           std::int64_t epoch);

}  // namespace prenorm::updates
