// The training loop, the same for every task:
//   gradients of train.accumulate batches → their mean over target tokens → check → clip → update → log → validate →
//   checkpoint.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "prenorm/base/terminal.h"
#include "prenorm/config/config.h"
#include "prenorm/optim/optimizer.h"
#include "prenorm/training/bad_tensor.h"
#include "prenorm/training/checkpoint.h"
#include "prenorm/training/metrics_log.h"
#include "prenorm/training/point_recorder.h"
#include "prenorm/training/results.h"
#include "prenorm/training/run_folder.h"
#include "prenorm/training/share_workers.h"
#include "prenorm/training/task.h"

namespace prenorm::training {

class Trainer {
 public:
  // Starts from the task's parameters as they are.
  Trainer(const Config& config, Task& task, RunFolder folder);

  // Goes on from the newest checkpoint; false where there is none yet, and the run starts from its seed. Removes what
  // processes that were killed left in the folder. Errors: CheckpointError, and UsageError where the checkpoint is of
  // other data: nothing has been changed then.
  bool resume();
  // Until one of the limits of [train]. Writes checkpoints, metrics.jsonl and results.json.
  // Errors: NumericsError when loss, gradient or weights stop being finite or the loss exceeds 1000 nats per token or
  // train.diverged_loss_ratio: checkpoints stay as they were before.
  TrainingResult run();
  // After run() has thrown too.
  const TrainerState& state() const { return state_; }

 private:
  struct Update : BatchTotals {
    std::vector<MicroBatch> batches;
    double learning_rate = 0, grad_norm = 0;
  };

  std::optional<StopReason> stop_reason() const;
  double learning_rate(std::int64_t step, std::int64_t epoch) const;
  void step();
  bool observation_due() const;
  Update accumulate_gradients(std::span<const nn::Observer> observers);
  [[noreturn]] void explain_divergence(const Update& update);
  void check_loss_ratio(double loss_nats_per_token);
  void check_weights() const;
  std::string last_good_checkpoint() const;
  nn::Context context(std::int64_t micro_batch) const;
  void log_update(const Update& update);
  void log_observation(const Update& update, const PointRecorder& recorder);
  bool bleu_due() const;
  void validate_if_due();
  Validation validate(bool with_output);
  // Whether it is better than state.best_value, which then becomes its own.
  bool improves(const Validation& validation, TrainerState& state) const;
  void log_validation(const Validation& validation, bool best_so_far, bool at_end);
  void checkpoint_if_due();
  void save();
  TrainingResult finish(StopReason reason);
  Validation validate_at_end(TrainerState& state);
  std::optional<Validation> average();

  const Config& config_;
  Task& task_;
  RunFolder folder_;
  ShareWorkers workers_;
  optim::Optimizer optimizer_;
  TrainerState state_;
  std::optional<MetricsLog> log_;
  std::optional<Validation> last_validation_;  // of update validated_step_
  std::int64_t validated_step_ = -1, saved_step_ = -1;
  bool save_best_ = false;
  Progress* progress_ = nullptr;
};

}  // namespace prenorm::training
