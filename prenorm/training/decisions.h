// What a run does next, decided from its configuration and its state alone. Nothing here reads a file, a clock or a
// signal, so that every process that trains the same run decides alike.
#pragma once

#include <cstdint>
#include <optional>

#include "prenorm/config/train_config.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/results.h"
#include "prenorm/runs/validation.h"

namespace prenorm::training {

// Why the run ends before its next update; nothing while it continues. `signalled`: the process was asked to stop.
std::optional<runs::StopReason> stop_reason(const TrainConfig& config, const runs::TrainerState& state, bool signalled);

// What is due once update `step` has been made; nothing is due before the first.
bool validation_due(const TrainConfig& config, std::int64_t step);
bool checkpoint_due(const TrainConfig& config, std::int64_t step);
// Whether the validation that is due then also translates and scores.
bool output_due(const TrainConfig& config, std::int64_t step);
// Whether update `step` is observed while it is made.
bool observation_due(const TrainConfig& config, std::int64_t step);

// Takes a validation into the state: whether it is the best so far, and how long there has been none better. Returns
// whether it is the best.
bool record_validation(const TrainConfig& config, const runs::Validation& validation, runs::TrainerState& state);

// The checkpoints that are kept, counting from the newest.
std::int64_t checkpoints_kept(const TrainConfig& config);

// Whether the run, at `rate_sum_before` before its last update, has since come to the point where it can be judged, and
// has learned no more than token frequencies.
bool has_just_stalled(const runs::TrainerState& state, double rate_sum_before);

}  // namespace prenorm::training
