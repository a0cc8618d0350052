// Language models of characters with and without shortcuts and normalisation, trained on the same batches: the causal
// language models of prenorm.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/experiment.h"
#include "prenorm/papers/fit.h"
#include "prenorm/papers/no_shortcuts/language_models.h"
#include "prenorm/papers/real_data/characters.h"

namespace prenorm::papers::no_shortcuts {

struct TrainingSetting {
  Arm arm = Arm::kPreLn;
  std::int64_t layers = 12;
  std::int64_t updates = 160;
  std::uint64_t seed = 1;

  std::string name() const;  // everything that the training depends on
};

inline constexpr std::int64_t kSequences = 8, kRecordEvery = 10;

// With the paper's constants the tokens of small models without shortcuts are almost parallel at the start: these keep
// them apart.
inline constexpr Shaping kTrainedShaping{.decay = 0.3, .correlation = 0.3, .tat_target = 0.5};

// Adam's rate, the best of a short sweep (docs/papers/no-shortcuts.md).
double rate_of(Arm arm, std::int64_t layers);

// Losses in nats per character.
Trajectory train(const TrainingSetting& setting, const real_data::Characters& text);

// All seeds of a model.
struct TrainingRuns {
  TrainingSetting setting;  // the seed is the first
  std::vector<Trajectory> seeds;
};
struct Trainings {
  double unigram_nats = 0;
  std::vector<TrainingRuns> runs;  // in order of depth
};
Trainings train_all(const real_data::Characters& text, const ExperimentOptions& options, const Cells& cells);

// nullptr if there are none.
const TrainingRuns* find_runs(const Trainings& trainings, Arm arm, std::int64_t layers);

}  // namespace prenorm::papers::no_shortcuts
