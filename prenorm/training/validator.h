// When a run is validated, and what its validations decide: the best checkpoint, and when patience is at an end.
#pragma once

#include <cstdint>
#include <optional>

#include "prenorm/config/train_config.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/updates/task.h"

namespace prenorm::training {

class Validator {
 public:
  Validator(const TrainConfig& config, updates::Task& task) : config_(config), task_(task) {}

  bool due(std::int64_t step) const;
  // Whether a validation that is due then also translates and scores.
  bool bleu_due(std::int64_t step) const;
  // The loss may be NaN. Remembers it as that of update `step`.
  runs::Validation measure(std::int64_t step, bool with_output);
  // The last one, where it is of update `step` and has what the task's output is scored by.
  const runs::Validation* known(std::int64_t step) const;
  // Whether it is better than state.best_value, which then becomes its own.
  bool improves(const runs::Validation& validation, runs::TrainerState& state) const;

 private:
  double metric(const runs::Validation& validation) const;

  const TrainConfig& config_;
  updates::Task& task_;
  std::optional<runs::Validation> last_;
  std::int64_t step_ = -1;  // of last_
};

}  // namespace prenorm::training
