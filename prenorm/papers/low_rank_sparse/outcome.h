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
  double response_to_sum = 0;                  // |dW (mu_1 + ... + mu_D)| over the D discriminative patterns
  std::vector<double> cosines;  // between the top D right singular vectors and span(mu_1 ... mu_D), descending

  double norm() const;  // |dW|_F
  // Means of |dW mu_j| over the first `directions` patterns and over the others.
  double relevant_response(std::int64_t directions) const;
  double irrelevant_response(std::int64_t directions) const;
};

// Shares of neurons that are pruned, from 0 to 1, and random orders.
inline constexpr std::int64_t kPruningLevels = 20, kPruningDraws = 20;
// Updates of W_Q, W_K and W_V are truncated to ranks 0 ... kMostRank.
inline constexpr std::int64_t kMostRank = 4;

struct Outcome {
  std::vector<double> loss;  // of the batch of each update
  std::array<MatrixOutcome, kMatrixNames.size()> matrices;
  Quality whole;                        // on test samples, as all below
  double margin = 0;                    // the mean of y F
  std::vector<double> truncated_hinge;  // by rank
  std::vector<double> row_norms;        // of the trained W_O, ascending
  double hinge_without_small_rows = 0;  // those below the widest gap between row norms
  PruningCurves pruning;
  double attention_before = 0, attention_after = 0;  // mean attention to tokens of the label's class
};
Outcome measure(const Trained& trained, const TrainSetting& setting, std::int64_t test_samples);

nlohmann::ordered_json to_json(const Outcome& outcome);
// Errors: JsonError.
Outcome outcome_from_json(const nlohmann::json& json);

}  // namespace prenorm::papers::low_rank_sparse
