// The training loop, the same for every task:
//   gradients of batch.accumulate batches → their mean over target tokens → check → clip → update → log → validate →
//   checkpoint.
// updates::Updater computes, decisions.h and fault_decisions.h decide, RunWriter writes.
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
  // Starts from the task's parameters as they are.
  Trainer(const Config& config, updates::Task& task, runs::RunFolder folder);

  // Continues from the newest checkpoint; false where there is none yet, and the run starts from its seed. Removes what
  // processes that were killed left in the folder. Errors: CheckpointError, and UsageError where the checkpoint is of
  // other data: nothing has been changed then.
  bool resume();
  // Until one of the limits of [train]. Writes checkpoints, metrics.jsonl and results.json, and after a fault
  // diagnosis.json and diagnosis.md.
  // Errors: NumericsError for a fault (fault.h) after which train.on_fault or train.max_faults ends the run:
  // checkpoints stay as they were before.
  runs::TrainingResult run();
  // After run() has thrown too.
  const runs::TrainerState& state() const { return state_; }

 private:
  void start();
  // Until there is a reason to stop.
  runs::StopReason train();
  // Each returns whether the run is where it was plus this: no fault has come in between.
  bool make_update();
  bool validate_if_due();
  void checkpoint_if_due();
  bool checkpoint_at_stop();
  // False where a weight is not finite: nothing has been written then.
  bool save(bool on_schedule);

  void warn_of_a_stall() const;

  // At the end: trainer_end.cpp.
  runs::TrainingResult finish(runs::StopReason reason);
  runs::Validation validate_at_end(runs::TrainerState& state);
  std::optional<runs::Validation> average();
  // Throws where its loss is not finite: at the end there is nothing to go back for.
  runs::Validation finite(runs::Validation validation, const std::string& loss);

  // Faults: trainer_faults.cpp.
  // Skips, rolls back or throws.
  void respond(updates::Fault fault);
  void respond(updates::FaultKind kind, const std::string& what = {});
  void roll_back(std::int64_t target);
  diagnosis::Diagnosis diagnose(const updates::Fault& fault, updates::FaultAction action);
  // Ends the run; the fault must have been examined.
  [[noreturn]] void stop(const updates::Fault& fault);

  // A validation and the update that it was measured after.
  struct Measured {
    std::int64_t step = -1;
    runs::Validation validation{};
  };

  const Config& config_;
  updates::Task& task_;
  runs::RunFolder folder_;  // to read from
  RunWriter writer_;
  updates::Updater updater_;
  runs::TrainerState state_;
  updates::Update last_;  // that was made since the start and not undone; without batches where there is none
  Measured validated_;
  std::int64_t saved_step_ = -1;
  std::int64_t started_step_ = 0;  // the weights are those that were read or drawn here
  bool save_best_ = false;         // the best validation so far has no checkpoint yet
};

}  // namespace prenorm::training
