// Writes the outputs of training (checkpoints, links, logs, diagnosis, results) and removes old ones. It makes no
// decisions, so a process that only computes does not need it. app/train.cpp writes the rest of a run folder: the
// configuration, the tokenizers, labels.json, and results.json after a fault that ends the run.
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

  // Makes the links and the number of checkpoints match the newest checkpoint, which is that of `state`. Both may be
  // out of date if the process was killed right after writing it.
  void catch_up(const runs::TrainerState& state) const;
  // Removes half-written files of killed processes.
  void remove_leftovers() const { folder_.remove_leftovers(); }
  // Opens the logs after update state.step. `continues`: an update follows, so the results of an earlier end of the run
  // are removed.
  void start(const runs::TrainerState& state, bool continues);

  RunLog& log() { return *log_; }
  // `best`: the last validation, with these weights, was the best so far.
  void checkpoint(const nn::Parameters& parameters, const optim::Optimizer& optimizer, const runs::TrainerState& state,
                  bool best);
  void link_best(std::int64_t step) const { folder_.link_best(step); }
  // Removes everything after the checkpoint of update `step`, except records of faults.
  void go_back_to(std::int64_t step);
  // Writes a checkpoint with the mean of the weights of the last `count` checkpoints, and leaves `parameters` at the
  // mean.
  void average(std::int64_t count, nn::Parameters& parameters) const;

  // Diagnoses a fault from the log and the state, and writes the pages. If they cannot be written, it only warns: the
  // fault itself is what must be reported.
  diagnosis::Diagnosis diagnose(const runs::TrainerState& state, const std::vector<nn::Parameter>& parameters,
                                diagnosis::FaultEvidence fault) const;
  void results(const runs::TrainingResult& result);

 private:
  void remove_old_checkpoints(const runs::TrainerState& state) const;

  const Config& config_;
  runs::RunFolder folder_;
  std::optional<RunLog> log_;  // set by start()
};

}  // namespace prenorm::training
