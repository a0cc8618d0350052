// The training loop, the same for every task:
//   gradients of train.accumulate batches → their mean over target tokens → check → clip → update → log → validate →
//   checkpoint.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "prenorm/config/config.h"
#include "prenorm/diagnosis/diagnosis.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/results.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/training/run_log.h"
#include "prenorm/training/validator.h"
#include "prenorm/updates/fault.h"
#include "prenorm/updates/task.h"
#include "prenorm/updates/updater.h"

namespace prenorm::training {

class Trainer {
 public:
  // Starts from the task's parameters as they are.
  Trainer(const Config& config, updates::Task& task, runs::RunFolder folder);

  // Goes on from the newest checkpoint; false where there is none yet, and the run starts from its seed. Removes what
  // processes that were killed left in the folder. Errors: CheckpointError, and UsageError where the checkpoint is of
  // other data: nothing has been changed then.
  bool resume();
  // Until one of the limits of [train]. Writes checkpoints, metrics.jsonl and results.json, and after a fault
  // diagnosis.json and diagnosis.md.
  // Errors: NumericsError for a fault (fault.h) that train.on_fault or train.max_faults does not go on after:
  // checkpoints stay as they were before.
  runs::TrainingResult run();
  // After run() has thrown too.
  const runs::TrainerState& state() const { return state_; }

 private:
  std::optional<runs::StopReason> stop_reason() const;
  void start();
  // Until there is a reason to stop.
  runs::StopReason train();
  // Each returns whether the run stands where it stood plus this: no fault has come in between.
  bool step();
  bool validate_if_due();
  void checkpoint_if_due();
  bool checkpoint_at_stop();

  bool observation_due() const;
  void warn_of_a_stall(double rate_sum_before) const;

  // Faults: trainer_faults.cpp.
  // A fault of the state as it is, whether or not an update has been made since the start.
  updates::Fault fault_of_state(updates::FaultKind kind, std::string what = {}) const;
  std::optional<updates::Fault> loss_ratio_fault() const;
  // Skips, rolls back or throws.
  void respond(updates::Fault fault);
  void examine_and_count(updates::Fault& fault);
  updates::FaultAction action_for(const updates::Fault& fault) const;
  diagnosis::Diagnosis diagnose_fault(const updates::Fault& fault, updates::FaultAction action) const;
  // Ends the run; the fault must have been examined.
  [[noreturn]] void stop(const updates::Fault& fault);
  std::string what_stops(const updates::Fault& fault) const;
  void roll_back();
  std::string last_good_checkpoint() const;

  // False where a weight is not finite: nothing has been written then.
  bool save();
  void remove_old_checkpoints() const;
  runs::TrainingResult finish(runs::StopReason reason);
  runs::Validation validate_at_end(runs::TrainerState& state);
  std::optional<runs::Validation> average();
  // Throws where its loss is not finite: at the end there is nothing to go back for.
  runs::Validation finite(runs::Validation validation, const std::string& loss);

  const Config& config_;
  updates::Task& task_;
  runs::RunFolder folder_;
  updates::Updater updater_;
  Validator validator_;
  runs::TrainerState state_;
  std::optional<RunLog> log_;
  updates::Update last_;  // that was made since the start and not undone; without batches where there is none
  std::int64_t saved_step_ = -1;
  std::int64_t started_step_ = 0;  // the weights are those that were read or drawn here
  bool save_best_ = false;
};

}  // namespace prenorm::training
