// Language models of characters with and without shortcuts and normalisation, trained on the same batches.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/experiment.h"
#include "prenorm/papers/fit.h"
#include "prenorm/papers/real_data/characters.h"
#include "prenorm/papers/no_shortcuts/language_model.h"

namespace prenorm::papers::no_shortcuts {

struct TrainingSetting {
  Arm arm = Arm::kPreLn;
  std::int64_t layers = 12;
  std::int64_t updates = 160;
  std::uint64_t seed = 1;

  std::string name() const;  // everything that the training depends on
};

inline constexpr std::int64_t kSequences = 8, kRecordEvery = 20;

// Adam's rate, the best of a short sweep (docs/papers/no-shortcuts.md).
double rate_of(Arm arm);

// Losses in nats per character.
Trajectory train(const TrainingSetting& setting, const real_data::Characters& text);

// All seeds of a model.
struct TrainingRuns {
  TrainingSetting setting;  // the seed is the first
  std::vector<Trajectory> seeds;
};
struct Trainings {
  double unigram_nats = 0;
  std::vector<TrainingRuns> arms;    // 12 layers
  std::vector<TrainingRuns> depths;  // Pre-LN and V-SkipInit in 6 and 24 layers
};
Trainings train_all(const real_data::Characters& text, const ExperimentOptions& options, const Cells& cells);

// Errors: std::out_of_range.
const TrainingRuns& find_runs(const std::vector<TrainingRuns>& all, Arm arm, std::int64_t layers);

}  // namespace prenorm::papers::no_shortcuts
