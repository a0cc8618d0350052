// Decides how a run responds to a fault: skip the batch, roll back to a checkpoint, or stop.
//
// The decision depends only on the state, which checkpoints contain, and on the update itself. A run that is killed
// after a fault therefore meets the same fault again after resuming and makes the same decision, with the same bits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "prenorm/config/train_config.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/updates/fault.h"

namespace prenorm::training {

// A fault of the current weights, whether or not this process has made an update. `last`: the last update it has made
// and not rolled back; without batches if there is none.
updates::Fault fault_of_state(updates::FaultKind kind, const runs::TrainerState& state, const updates::Update& last,
                              std::string what = {});

// The fault of an update that has been made: its weights are not finite, or the losses have grown beyond
// train.diverged_loss_ratio.
std::optional<updates::Fault> fault_after_update(const TrainConfig& config, const runs::TrainerState& state,
                                                 const updates::Update& last, bool weights_finite);

// Counts the fault in the state.
void count_fault(const updates::Fault& fault, runs::TrainerState& state);

// The fault must have been examined and counted. `can_go_back`: there is a checkpoint to roll back to.
updates::FaultAction action_for(const updates::Fault& fault, const TrainConfig& config, const runs::TrainerState& state,
                                bool can_go_back);

// Records the batches of a skipped update in the state.
void record_skipped(const updates::Update& update, runs::TrainerState& state);

// The state to continue from after a rollback: the checkpoint's, but with the current data position, counts of faults,
// and time.
runs::TrainerState rolled_back(runs::TrainerState checkpoint, const runs::TrainerState& now);

// One clause for the message that ends the run. `trained`: this process has made an update.
std::string what_stops(const updates::Fault& fault, bool trained);

}  // namespace prenorm::training
