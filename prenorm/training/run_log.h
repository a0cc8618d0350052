// Logs written during training: metrics.jsonl, TensorBoard events, the progress line.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/metrics_log.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/runs/tensorboard.h"
#include "prenorm/updates/fault.h"
#include "prenorm/updates/point_recorder.h"
#include "prenorm/updates/task.h"

namespace prenorm::training {

class RunLog {
 public:
  // Appends after the lines of the state's update. Errors, of each member: FileError.
  RunLog(const Config& config, const runs::RunFolder& folder, const runs::TrainerState& state);

  // Drops the lines of updates after `step`, except faults, after a rollback to `step`.
  void rewind(std::int64_t step);
  // Adds an update to the sums in state.window. If a line is due, writes it and clears the sums, and writes the noise
  // scale if there is one.
  void update(runs::TrainerState& state, const updates::Update& update);
  // Writes the norms of each parameter's gradient and weights, and the size of the states at each point. Gradients are
  // those of the update's mean loss, before clipping.
  void observation(std::int64_t step, const std::vector<nn::Parameter>& parameters,
                   const std::vector<runs::TensorUpdate>& tensors, const updates::PointRecorder& recorder);
  void validation(std::int64_t step, const runs::Validation& validation, bool best_so_far, bool at_end);
  // `step`: the next update.
  void fault(std::int64_t step, const updates::Fault& fault, updates::FaultAction action);
  // Returns once every line so far survives a power cut. Call it before writing a checkpoint, which must not outlive
  // the lines before it.
  void sync();
  // Warns if the log, when it was opened, ended before the update of `state`, from which a resumed run continues.
  void warn_of_lost_lines(const runs::TrainerState& state) const;
  // Call it when no update follows.
  void end_progress() { progress_.reset(); }

 private:
  void write(const runs::MetricsLine& line);
  // Says once that an update of fewer than two examples has no noise scale.
  void warn_of_no_noise_scale(const updates::Update& update);

  const TrainConfig& config_;
  const BatchConfig& batch_;
  runs::RunFolder folder_;
  runs::MetricsLog metrics_;
  std::optional<runs::TensorBoardLog> tensorboard_;
  std::optional<Progress> progress_;
  bool warned_of_no_noise_scale_ = false;
};

}  // namespace prenorm::training
