// The trainings of the experiment.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/experiment.h"
#include "prenorm/papers/low_rank_sparse/outcome.h"

namespace prenorm::papers::low_rank_sparse {

struct RunSetting {
  std::int64_t seeds = 3;
  // Models for each seed with the paper's two patterns, and of each control: pruning curves and updates without a
  // signal differ much from model to model.
  std::int64_t models_per_seed = 4;
  std::vector<std::int64_t> pattern_counts = {5, 20, 40};  // M besides 10
  std::int64_t updates = 200, test_samples = 2000;
};
RunSetting run_setting(const ExperimentOptions& options);

inline constexpr double kStrongNoise = 0.5;  // against 0.1

using Models = std::vector<Outcome>;  // by seed
struct Trainings {
  Models two_patterns, one_direction, four_patterns, wide, noisy;  // wide: 400 neurons, not 100
  Models shuffled_labels, random_labels;
  std::map<std::int64_t, Models> by_patterns;  // two patterns, M ascending; those with M = 10 are `two_patterns`

  std::vector<const Models*> with_true_labels() const;
};
Trainings train_all(const RunSetting& setting, const Cells& cells);

// The data of two patterns among `patterns`, in twice as many dimensions.
DataLaw two_patterns_among(std::int64_t patterns);

}  // namespace prenorm::papers::low_rank_sparse
