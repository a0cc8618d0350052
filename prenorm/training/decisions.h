// Decides what a run does next, from its configuration and its state alone. These functions read no file, clock or
// signal, so every process that trains the same run makes the same decisions.
#pragma once

#include <cstdint>
#include <optional>

#include "prenorm/config/train_config.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/results.h"
#include "prenorm/runs/validation.h"

namespace prenorm::training {

// Why the run ends before its next update; nullopt if it continues. `signalled`: the process was asked to stop.
std::optional<runs::StopReason> stop_reason(const TrainConfig& config, const runs::TrainerState& state, bool signalled);

// Whether a validation or a checkpoint is due after update `step`. Neither is due before the first update.
bool validation_due(const TrainConfig& config, std::int64_t step);
bool checkpoint_due(const TrainConfig& config, std::int64_t step);
// Whether the validation after update `step` also translates and scores.
bool output_due(const TrainConfig& config, std::int64_t step);
// Whether update `step` is observed while it is computed.
bool observation_due(const TrainConfig& config, std::int64_t step);

// Records a validation in the state: the best value so far, and the number of validations since. Returns true if this
// one is the best.
bool record_validation(const TrainConfig& config, const runs::Validation& validation, runs::TrainerState& state);

// The number of newest checkpoints to keep.
std::int64_t checkpoints_kept(const TrainConfig& config);

// How far the run is: updates out of train.max_steps or, with train.max_tokens, tokens out of those. The limit that is
// nearer counts.
struct WayToTheEnd {
  std::int64_t done = 0, total = 0;
};
WayToTheEnd way_to_the_end(const TrainConfig& config, const runs::TrainerState& state);

// Whether the last update brought the run to the point at which it can be judged, and the run has learned no more than
// token frequencies. `rate_sum_before`: TrainerState::rate_sum before that update.
bool has_just_stalled(const runs::TrainerState& state, double rate_sum_before);

}  // namespace prenorm::training
