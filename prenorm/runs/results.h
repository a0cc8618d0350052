// The results of a run, as written to metrics.jsonl and results.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/validation.h"

namespace prenorm::runs {

enum class StopReason : std::uint8_t { kMaxSteps, kMaxTokens, kMaxEpochs, kPatience, kSignal, kDivergence };

struct TrainingResult {
  StopReason reason;
  TrainerState state;  // its best_step includes the validation at the end
  std::optional<Validation> last_validation, average_validation;
  std::string diverged_because;  // the reason, if kDivergence
};

// For human readers: "validation loss 4.2031 nats per token, BLEU 24.10".
std::string summary(const Validation& validation);

nlohmann::ordered_json to_json(const Validation& validation);
nlohmann::ordered_json to_json(const TrainingResult& result);

// results.json. Of the state it contains updates, epochs, target tokens, seconds and the best step. Errors: FileError;
// DataError if the file is not such an object.
void write_results(const std::filesystem::path& path, const TrainingResult& result);
TrainingResult read_results(const std::filesystem::path& path);

}  // namespace prenorm::runs
