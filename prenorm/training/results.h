// What a run has come to, as metrics.jsonl and results.json have it.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "prenorm/training/checkpoint.h"
#include "prenorm/training/task.h"

namespace prenorm::training {

enum class StopReason : std::uint8_t { kMaxSteps, kMaxEpochs, kPatience, kSignal };

struct TrainingResult {
  StopReason reason;
  TrainerState state;  // its best_step counts the validation at the end too
  std::optional<Validation> last_validation, average_validation;
};

nlohmann::ordered_json to_json(const Validation& validation);
nlohmann::ordered_json to_json(const TrainingResult& result);

}  // namespace prenorm::training
