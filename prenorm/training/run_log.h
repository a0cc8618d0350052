// What a run says of itself while it goes on: metrics.jsonl, TensorBoard, the progress line.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "prenorm/base/terminal.h"
#include "prenorm/config/train_config.h"
#include "prenorm/training/checkpoint.h"
#include "prenorm/training/fault.h"
#include "prenorm/training/metrics_log.h"
#include "prenorm/training/point_recorder.h"
#include "prenorm/training/run_folder.h"
#include "prenorm/training/task.h"
#include "prenorm/training/tensorboard.h"

namespace prenorm::training {

class RunLog {
 public:
  // Goes on after the lines of update `step`. Errors, of each member: FileError.
  RunLog(const TrainConfig& config, const RunFolder& folder, std::int64_t step);

  // Drops the lines of updates after `step`, all but faults: the run has gone back there.
  void rewind(std::int64_t step);
  // Adds an update to the sums of state.window; where a line is due, writes it and clears the sums.
  void update(TrainerState& state, const Update& update);
  // Gradients and weights of each parameter, and the size of the states at each point. Gradients are of the mean loss
  // of the update, before clipping.
  void observation(std::int64_t step, const std::vector<nn::Parameter>& parameters,
                   const std::vector<TensorUpdate>& tensors, const PointRecorder& recorder);
  void validation(std::int64_t step, const Validation& validation, bool best_so_far, bool at_end);
  // `step`: the update that is to be made next.
  void fault(std::int64_t step, const Fault& fault, FaultAction action);
  // Returns once every line so far survives a power cut. A checkpoint must not outlive the lines before it.
  void sync();
  // Warns where the log, as it was opened, ends before the update of `state`, which a resumed run continues from.
  void warn_of_lost_lines(const TrainerState& state) const;
  // No update follows.
  void end_progress() { progress_.reset(); }

 private:
  void write(const nlohmann::ordered_json& line);

  const TrainConfig& config_;
  RunFolder folder_;
  MetricsLog metrics_;
  std::optional<TensorBoardLog> tensorboard_;
  std::optional<Progress> progress_;
};

}  // namespace prenorm::training
