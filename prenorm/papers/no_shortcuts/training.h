// Language models of characters with and without shortcuts and normalisation, trained on the same batches.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "prenorm/config/model_config.h"
#include "prenorm/papers/fit.h"
#include "prenorm/papers/no_shortcuts/characters.h"

namespace prenorm::papers::no_shortcuts {

// Pre-LN; shortcuts without normalisation; neither, with one of the methods of attention.
enum class Arm : std::uint8_t { kPreLn, kNoNorm, kPlain, kValueSkip, kUniform, kExponential };
std::string_view name_of(Arm arm);

struct TrainingSetting {
  Arm arm = Arm::kPreLn;
  std::int64_t layers = 12;
  std::int64_t updates = 400;
  std::uint64_t seed = 1;

  std::string name() const;  // everything that the training depends on
};

inline constexpr std::int64_t kTrainedWidth = 64, kTrainedTokens = 64, kSequences = 8, kRecordEvery = 20;

ModelConfig model_config(Arm arm, std::int64_t layers);
// Adam's peak rate, the best of a short sweep for each arm (docs/papers/no-shortcuts.md).
double rate_of(Arm arm, std::int64_t layers);

// Losses in nats per character.
Trajectory train(const TrainingSetting& setting, const Characters& text);

}  // namespace prenorm::papers::no_shortcuts
