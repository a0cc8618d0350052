// The training loop, the same for every task:
//   gradients of the update's batches → their mean over target tokens → check → clip → update → log → validate →
//   checkpoint.
// updates::Updater computes, decisions.h decides what is due, RunWriter writes. updates/fault.h finds faults before an
// update is applied, fault_decisions.h those after it. The latter also decides the response; trainer_faults.cpp acts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/results.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/training/run_writer.h"
#include "prenorm/updates/fault.h"
#include "prenorm/updates/task.h"
#include "prenorm/updates/updater.h"

namespace prenorm::training {

class Trainer {
 public:
  // Starts from the task's current parameters.
  Trainer(const Config& config, updates::Task& task, runs::RunFolder folder);

  // Continues from the newest checkpoint. Returns false if there is none, in which case the run starts from its seed.
  // Removes half-written files of killed processes. Errors: CheckpointError; UsageError if the checkpoint is of other
  // data. After an error nothing has been changed.
  bool resume();
  // Trains up to a limit of [train]. Writes checkpoints, metrics.jsonl and results.json, and after a fault
  // diagnosis.json and diagnosis.md.
  // Errors: NumericsError for a fault (fault.h) after which train.on_fault or train.max_faults ends the run. Existing
  // checkpoints are then unchanged.
  runs::TrainingResult run();
  // Also valid after run() has thrown.
  const runs::TrainerState& state() const { return state_; }

 private:
  void start();
  // Trains until there is a reason to stop, and returns it.
  runs::StopReason train();
  // Each returns false if a fault was handled, in which case the state may have been rolled back.
  bool make_update();
  bool validate_if_due();
  void checkpoint_if_due();
  bool checkpoint_at_stop();
  // Returns false, and writes nothing, if a weight is not finite.
  bool save(bool on_schedule);

  void warn_of_a_stall() const;

  // The end of the run: trainer_end.cpp.
  runs::TrainingResult finish(runs::StopReason reason);
  runs::Validation validate_at_end(runs::TrainerState& state);
  std::optional<runs::Validation> average();
  // Throws if the loss is not finite: at the end of a run there is no rollback.
  runs::Validation finite(runs::Validation validation, const std::string& loss);

  // Faults: trainer_faults.cpp.
  // Skips the batches, rolls back or throws.
  void respond(updates::Fault fault);
  void respond(updates::FaultKind kind, const std::string& what = {});
  void roll_back(std::int64_t target);
  diagnosis::Diagnosis diagnose(const updates::Fault& fault, updates::FaultAction action);
  // Ends the run. The fault must have been examined.
  [[noreturn]] void stop(const updates::Fault& fault);

  // A validation and the number of updates before it.
  struct Measured {
    std::int64_t step = -1;
    runs::Validation validation{};
  };

  const Config& config_;
  updates::Task& task_;
  runs::RunFolder folder_;  // read only
  RunWriter writer_;
  updates::Updater updater_;
  runs::TrainerState state_;
  updates::Update last_;  // the last update made and not rolled back; without batches if there is none
  Measured validated_;
  std::int64_t saved_step_ = -1;
  std::int64_t started_step_ = 0;  // the update of the loaded checkpoint; 0 without one
  bool save_best_ = false;         // the best validation so far has no checkpoint yet
};

}  // namespace prenorm::training
