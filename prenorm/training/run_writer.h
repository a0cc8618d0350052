// Everything that a run in training writes: checkpoints, links, logs, diagnosis, results; and what it removes. It
// decides nothing, so that a process that only computes can do without it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/diagnosis/diagnosis.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/optim/optimizer.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/results.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/training/run_log.h"
#include "prenorm/updates/fault.h"

namespace prenorm::training {

// Errors, of each member: FileError.
class RunWriter {
 public:
  RunWriter(const Config& config, runs::RunFolder folder);

  // Brings links and the number of checkpoints up to the newest checkpoint, that of `state`: both may lag behind one
  // after which the process was killed.
  void catch_up(const runs::TrainerState& state) const;
  // Removes what processes that were killed have left half written.
  void remove_leftovers() const { folder_.remove_leftovers(); }
  // Opens the logs after update state.step. `continues`: an update follows, so that results of an earlier end of the
  // run are no longer its results.
  void start(const runs::TrainerState& state, bool continues);

  RunLog& log() { return *log_; }
  // `best`: the last validation was the best so far, with these weights.
  void checkpoint(const nn::Parameters& parameters, const optim::Optimizer& optimizer, const runs::TrainerState& state,
                  bool best);
  void link_best(std::int64_t step) const { folder_.link_best(step); }
  // Makes the run one that never came past the checkpoint of update `step`, but for its faults.
  void go_back_to(std::int64_t step);
  // Writes the checkpoint of the mean of the last `count` checkpoints' weights, and leaves `parameters` at it.
  void average(std::int64_t count, nn::Parameters& parameters) const;

  // Diagnoses a fault from the log and the state, and writes the pages; that these cannot be written is only a warning,
  // since the fault is what must be reported.
  diagnosis::Diagnosis diagnose(const runs::TrainerState& state, const std::vector<nn::Parameter>& parameters,
                                diagnosis::FaultEvidence fault) const;
  void results(const runs::TrainingResult& result);

 private:
  void remove_old_checkpoints(const runs::TrainerState& state) const;

  const Config& config_;
  runs::RunFolder folder_;
  std::optional<RunLog> log_;  // from start() on
};

}  // namespace prenorm::training
