// The training loop, the same for every task:
//   gradients of train.accumulate batches → their mean over target tokens → check → clip → update → log → validate →
//   checkpoint.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "prenorm/base/terminal.h"
#include "prenorm/config/config.h"
#include "prenorm/optim/optimizer.h"
#include "prenorm/training/checkpoint.h"
#include "prenorm/training/metrics_log.h"
#include "prenorm/training/run_folder.h"
#include "prenorm/training/task.h"

namespace prenorm::training {

enum class StopReason : std::uint8_t { kMaxSteps, kMaxEpochs, kPatience, kSignal };

struct TrainingResult {
  StopReason reason;
  TrainerState state;
  std::optional<Validation> last_validation, average_validation;
};

class Trainer {
 public:
  // Starts from the task's parameters as they are.
  Trainer(const Config& config, Task& task, RunFolder folder);

  // Goes on from RUN/last. Errors: CheckpointError.
  void resume();
  // Until one of the limits of [train]. Writes checkpoints, metrics.jsonl and results.json.
  // Errors: NumericsError when loss or gradient stops being finite: weights and checkpoints stay as they were before.
  TrainingResult run();

 private:
  struct Update {
    double loss_nats = 0, nll_nats = 0;
    std::int64_t target_tokens = 0, source_tokens = 0;
    std::int64_t first_epoch = 0, first_batch = 0;
    double learning_rate = 0, grad_norm = 0;
  };

  std::optional<StopReason> stop_reason() const;
  void step();
  Update accumulate_gradients();
  void check_finite(const Update& update);
  [[noreturn]] void explain_non_finite(const Update& update);
  nn::Context context(std::int64_t micro_batch) const;
  void log_update(const Update& update);
  void log_parameter_norms(const Update& update);
  void validate_if_due();
  bool improves(const Validation& validation);
  void checkpoint_if_due();
  void save();
  TrainingResult finish(StopReason reason);

  const Config& config_;
  Task& task_;
  RunFolder folder_;
  optim::Optimizer optimizer_;
  TrainerState state_;
  std::optional<MetricsLog> log_;
  std::optional<Validation> last_validation_;
  std::int64_t validated_step_ = -1, saved_step_ = -1;
  bool save_best_ = false;
  Progress* progress_ = nullptr;
};

}  // namespace prenorm::training
