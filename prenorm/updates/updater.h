// The arithmetic of a run without its files: the gradient of the next update, and making it.
#pragma once

#include <span>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/optim/optimizer.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/update_history.h"
#include "prenorm/updates/share_workers.h"
#include "prenorm/updates/task.h"
#include "prenorm/updates/update.h"

namespace prenorm::updates {

class Updater {
 public:
  // Starts from the task's parameters as they are.
  Updater(const Config& config, Task& task);

  // The gradient of update state.step + 1; moves state's data position past its batches. `observers`: none, one for
  // each worker (see ShareWorkers), or as many for each of the update's batches, one batch after the other.
  Update compute(runs::TrainerState& state, std::span<const nn::Observer> observers = {});
  // Whether norms by tensor are to be kept of it.
  bool measurement_due(const runs::TrainerState& state, const Update& update) const;
  // Makes it. With `measure`, norms of every parameter; else nothing.
  std::vector<runs::TensorUpdate> apply(const Update& update, bool measure);

  // Takes an update that was made into the state, all but its time. `tensors`: of apply(), or empty.
  void record(runs::TrainerState& state, const Update& update, std::vector<runs::TensorUpdate> tensors) const;

  std::int64_t workers() const { return workers_.count(); }
  // `epoch` counts from 0, as batches do.
  double learning_rate(std::int64_t step, std::int64_t epoch) const;
  optim::Optimizer& optimizer() { return optimizer_; }
  const optim::Optimizer& optimizer() const { return optimizer_; }

 private:
  const Config& config_;
  Task& task_;
  ShareWorkers workers_;
  optim::Optimizer optimizer_;
  std::vector<std::int64_t> ends_;  // of the parameters in their buffer
};

}  // namespace prenorm::updates
