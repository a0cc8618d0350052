// The claims of Zheng et al. 2024 as checks on trained weights.
#pragma once

#include <vector>

#include "prenorm/papers/check.h"
#include "prenorm/papers/mesa_optimization/entry_gradients.h"
#include "prenorm/papers/mesa_optimization/runs.h"

namespace prenorm::papers::mesa_optimization {

// Everything that is trained from the paper's starts.
struct Trainings {
  std::vector<LawRuns> gaussian, sparse;  // by scale
  LawRuns ones_masked, ones, signs;
  std::vector<LawRuns> gaussian_lengths, sparse_lengths, ones_lengths;  // by T, ascending, the setting's T the last
};
Trainings train_all(const DataSets& data, const RunSetting& setting);
const LawRuns& at_scale(const std::vector<LawRuns>& laws, double scale);

// Appends checks. Theorem 4.1, Theorem 4.3, Example 4.1: where a b goes, from every start.
void check_products(const Trainings& trainings, std::vector<Check>& checks);
// The same for other T.
void check_lengths(const Trainings& trainings, std::vector<Check>& checks);
// How fast, and what is conserved.
void check_dynamics(const Trainings& trainings, std::vector<Check>& checks);
// Proposition 4.1, Theorem 4.2: what the trained layer predicts on test sequences.
void check_predictions(const Trainings& trainings, std::vector<Check>& checks);
// Proposition 4.2: x_1 = ones without the mask, and random signs.
void check_ones(const Trainings& trainings, std::vector<Check>& checks);

// Corollary 4.1 and the first half of the proof of Theorem 4.1: gradients at a structured point.
void check_gradients(const RunSetting& setting, const Cells& cells, std::vector<Check>& checks);

// Section 5: weights that are all drawn from normal distributions, by seed.
void check_normal_starts(const LawRuns& law, const std::vector<std::vector<NormalRun>>& seeds,
                         std::vector<Check>& checks);

}  // namespace prenorm::papers::mesa_optimization
