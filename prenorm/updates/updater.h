// The arithmetic of an update of a run:
//   compute(): clear → summed gradients of the batches → norm of their mean over target tokens; learning rate
//   apply():   optimizer step, which multiplies the sum by 1/tokens and by the clip factor as it reads it
// compute() changes no weight, so a caller can inspect the gradient before it applies the update. Only experiments
// have loops of their own (papers/fit.h).
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
  // Starts from the task's current parameters.
  Updater(const Config& config, Task& task);

  // Computes the gradient of update state.step + 1 and moves the state's data position past its batches. `observers`:
  // see gradient().
  Update compute(runs::TrainerState& state, std::span<const nn::Observer> observers = {});
  // Computes the gradient of these batches, each in its own context. The update has no number and no learning rate yet.
  // `observers`: none; one per worker (see ShareWorkers); or one per worker and batch, batch by batch. `measured`: the
  // parameters whose gradients by example are measured; compute() takes train.noise_scale.
  Update gradient(std::vector<MicroBatch> batches, std::span<const nn::Observer> observers = {},
                  NoiseScale measured = NoiseScale::kOff);
  // Whether norms by tensor are to be recorded for this update.
  bool measurement_due(const runs::TrainerState& state, const Update& update) const;
  // Applies the update. With `measure`, returns the norms of every parameter that trains; otherwise an empty vector.
  std::vector<runs::TensorUpdate> apply(const Update& update, bool measure);

  // Records an applied update in the state, except its time. `tensors`: the result of apply(), or empty.
  void record(runs::TrainerState& state, const Update& update, std::vector<runs::TensorUpdate> tensors) const;

  std::int64_t workers() const { return workers_.count(); }
  optim::Optimizer& optimizer() { return optimizer_; }
  const optim::Optimizer& optimizer() const { return optimizer_; }

 private:
  const Config& config_;
  Task& task_;
  ShareWorkers workers_;
  optim::Optimizer optimizer_;
  std::vector<std::int64_t> ends_;  // end of each parameter that trains in the buffer
};

}  // namespace prenorm::updates
