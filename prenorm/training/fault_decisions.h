// What a run does about a fault: leave the batch out, go back to a checkpoint, or stop.
//
// Everything that decides is in the state, which checkpoints hold, or follows from the update itself. A run that was
// killed after a fault comes to it again from the last checkpoint and decides the same: the same bits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "prenorm/config/train_config.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/updates/fault.h"

namespace prenorm::training {

// A fault of the weights as they are, whether or not an update has been made since the start. `last`: the last update
// that was made since then and not undone, without batches if there is none.
updates::Fault fault_of_state(updates::FaultKind kind, const runs::TrainerState& state, const updates::Update& last,
                              std::string what = {});

// The fault of an update that has been made: its weights are not finite, or the losses have grown past
// train.diverged_loss_ratio.
std::optional<updates::Fault> fault_after_update(const TrainConfig& config, const runs::TrainerState& state,
                                                 const updates::Update& last, bool weights_finite);

// Takes the fault into the counts of the state.
void count_fault(const updates::Fault& fault, runs::TrainerState& state);

// The fault must have been examined and counted. `can_go_back`: there is a checkpoint to roll back to.
updates::FaultAction action_for(const updates::Fault& fault, const TrainConfig& config, const runs::TrainerState& state,
                                bool can_go_back);

// Takes the batches of an update that is left out into the state.
void record_skipped(const updates::Update& update, runs::TrainerState& state);

// The state to continue from after a rollback: that of the checkpoint, but with the data position and the counts of
// faults and of time as they are now.
runs::TrainerState rolled_back(runs::TrainerState checkpoint, const runs::TrainerState& now);

// One clause for the message that ends the run. `trained`: an update has been made since the start.
std::string what_stops(const updates::Fault& fault, bool trained);

}  // namespace prenorm::training
