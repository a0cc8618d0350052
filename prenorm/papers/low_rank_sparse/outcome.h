// What a training is measured by, in a cell.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "prenorm/papers/low_rank_sparse/pruning.h"
#include "prenorm/papers/low_rank_sparse/training.h"

namespace prenorm::papers::low_rank_sparse {

struct MatrixOutcome {
  std::vector<double> update, first_gradient;  // singular values, descending
  std::vector<double> responses;               // |dW mu_j| for each pattern
  std::vector<double> response_to_sum;         // |dW (mu_1 + ... + mu_D)| over the discriminative patterns, one number
  std::vector<double> cosines;  // between the top D right singular vectors and span(mu_1 ... mu_D), descending
};

// How often the small rows are pruned at random, and at how many levels.
inline constexpr std::int64_t kPruningLevels = 20, kPruningDraws = 20;
// Updates of W_Q, W_K and W_V are truncated to ranks 0 ... kMostRank.
inline constexpr std::int64_t kMostRank = 4;

struct Outcome {
  std::vector<double> loss;  // of the batch of each update
  std::array<MatrixOutcome, kMatrixNames.size()> matrices;
  double hinge = 0, error = 0, margin = 0;  // of test samples; margin: mean of y F
  std::vector<double> truncated_hinge;      // by rank
  std::vector<double> row_norms;            // of the trained W_O, ascending
  double hinge_without_small_rows = 0;      // those below the widest gap between row norms
  PruningCurves pruning;
  double attention_before = 0, attention_after = 0;  // mean attention to tokens of the label's class
};
Outcome measure(const Trained& trained, const TrainSetting& setting, std::int64_t test_samples);

nlohmann::ordered_json to_json(const Outcome& outcome);
// Errors: JsonError.
Outcome outcome_from_json(const nlohmann::json& json);

}  // namespace prenorm::papers::low_rank_sparse
