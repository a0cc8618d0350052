// What a run says of itself while it goes on: metrics.jsonl, TensorBoard, the progress line.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "prenorm/config/train_config.h"
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
  // Goes on after the lines of update `step`. Errors, of each member: FileError.
  RunLog(const TrainConfig& config, const runs::RunFolder& folder, std::int64_t step);

  // Drops the lines of updates after `step`, all but faults: the run has gone back there.
  void rewind(std::int64_t step);
  // Adds an update to the sums of state.window; where a line is due, writes it and clears the sums.
  void update(runs::TrainerState& state, const updates::Update& update);
  // Gradients and weights of each parameter, and the size of the states at each point. Gradients are of the mean loss
  // of the update, before clipping.
  void observation(std::int64_t step, const std::vector<nn::Parameter>& parameters,
                   const std::vector<runs::TensorUpdate>& tensors, const updates::PointRecorder& recorder);
  void validation(std::int64_t step, const runs::Validation& validation, bool best_so_far, bool at_end);
  // `step`: the update that is to be made next.
  void fault(std::int64_t step, const updates::Fault& fault, updates::FaultAction action);
  // Returns once every line so far survives a power cut. A checkpoint must not outlive the lines before it.
  void sync();
  // Warns where the log, as it was opened, ends before the update of `state`, which a resumed run continues from.
  void warn_of_lost_lines(const runs::TrainerState& state) const;
  // No update follows.
  void end_progress() { progress_.reset(); }

 private:
  void write(const nlohmann::ordered_json& line);

  const TrainConfig& config_;
  runs::RunFolder folder_;
  runs::MetricsLog metrics_;
  std::optional<runs::TensorBoardLog> tensorboard_;
  std::optional<Progress> progress_;
};

}  // namespace prenorm::training
