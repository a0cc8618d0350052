// What a run has come to, as metrics.jsonl and results.json have it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/validation.h"

namespace prenorm::runs {

enum class StopReason : std::uint8_t { kMaxSteps, kMaxEpochs, kPatience, kSignal, kDivergence };

struct TrainingResult {
  StopReason reason;
  TrainerState state;  // its best_step counts the validation at the end too
  std::optional<Validation> last_validation, average_validation;
  std::string diverged_because;  // for kDivergence
};

// For people: "validation loss 4.2031 nats per token, BLEU 24.10".
std::string summary(const Validation& validation);

nlohmann::ordered_json to_json(const Validation& validation);
nlohmann::ordered_json to_json(const TrainingResult& result);

// results.json. Of the state, updates, epochs, target tokens, seconds and the best step are there. Errors: FileError;
// DataError where the file is no such object.
void write_results(const std::filesystem::path& path, const TrainingResult& result);
TrainingResult read_results(const std::filesystem::path& path);

}  // namespace prenorm::runs
