// The checks hold on a few small models, and fail for models without the property.
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "prenorm/papers/low_rank_sparse/checks.h"
#include "prenorm/papers/low_rank_sparse/over_models.h"
#include "prenorm/papers/low_rank_sparse/rows.h"
#include "prenorm/papers/low_rank_sparse/theory.h"
#include "test_seed.h"

namespace prenorm::papers::low_rank_sparse {
namespace {

RunSetting small_setting() {
  RunSetting s;
  s.seeds = 1;
  s.pattern_counts = {5, 20};
  s.updates = 60;
  s.test_samples = 200;
  return s;
}

const Trainings& small_trainings() {
  static const Trainings trainings = train_all(small_setting(), Cells());
  return trainings;
}

std::set<std::string> failures(const Trainings& trainings, void (*append)(const Trainings&, std::vector<Check>&)) {
  std::vector<Check> checks;
  append(trainings, checks);
  std::set<std::string> names;
  for (const Check& c : checks)
    if (!c.pass()) names.insert(c.name);
  return names;
}

using Names = std::set<std::string>;

TEST(LowRankChecks, HoldOnSmallModels) {
  for (const auto append : {check_convergence, check_ranks, check_directions, check_rows, check_pruning})
    EXPECT_EQ(failures(small_trainings(), append), Names{});
}

TEST(LowRankChecks, FailWithoutASignal) {
  Trainings none = small_trainings();
  none.two_patterns = none.noisy = none.wide = none.random_labels;
  for (auto& [patterns, models] : none.by_patterns) models = none.random_labels;
  EXPECT_EQ(failures(none, check_convergence), (Names{"test_error", "test_hinge"}));
  for (const char* name : {"update_top_2_energy", "update_third_value", "rank_1_is_not_enough"})
    EXPECT_TRUE(failures(none, check_ranks).contains(name)) << name;
  for (const char* name : {"row_gap", "small_rows", "large_rows_by_width"})
    EXPECT_TRUE(failures(none, check_rows).contains(name)) << name;
  EXPECT_EQ(failures(none, check_pruning), (Names{"large_first_slope", "large_first_slope_to_half"}));
  for (const char* name : {"query_response_exponent", "irrelevant_response", "second_cosine"})
    EXPECT_TRUE(failures(none, check_directions).contains(name)) << name;
}

TEST(LowRankChecks, FailForAControlWithASignal) {
  Trainings signal = small_trainings();
  signal.random_labels = signal.two_patterns;
  EXPECT_EQ(failures(signal, check_controls),
            (Names{"random_labels_row_gap", "random_labels_third_value", "random_labels_value_update"}));
}

TEST(LowRankChecks, FailForAnotherNumberOfPatterns) {
  Trainings swapped = small_trainings();
  std::swap(swapped.four_patterns, swapped.one_direction);
  EXPECT_EQ(failures(swapped, check_ranks), Names{"attention_update_rank"});
  swapped = small_trainings();
  swapped.two_patterns = swapped.four_patterns;
  EXPECT_TRUE(failures(swapped, check_ranks).contains("update_third_value"));
}

TEST(LowRankChecks, FailForTheWrongOrderOfPruning) {
  Trainings wrong = small_trainings();
  for (Outcome& o : wrong.two_patterns) {
    std::swap(o.pruning.small_first, o.pruning.large_first);
    o.hinge_without_small_rows = 0.5;
  }
  EXPECT_TRUE(failures(wrong, check_pruning).contains("pruning_order"));
  EXPECT_TRUE(failures(wrong, check_rows).contains("small_rows_pruned"));
}

TEST(LowRankChecks, FailForNaN) {
  EXPECT_TRUE(std::isnan(greatest({1, std::nan(""), 2})));
  EXPECT_TRUE(std::isnan(least({std::nan(""), 2})));
  EXPECT_TRUE(std::isnan(farthest_from(2, {3, std::nan(""), 1})));
  EXPECT_EQ(farthest_from(2, {1, 4, 2}), 4);
}

// With other shares of tokens, the predictions for W_K differ from those for W_Q and W_V.
TEST(LowRankTheory, HoldsForOtherShares) {
  TrainSetting s;
  s.data.relevant = 10;
  s.updates = 60;
  s.seed = test::test_seed(1);
  const Outcome o = measure(train(s), s, 100);
  for (const MatrixIndex i : {kQuery, kKey, kValue}) {
    const MatrixOutcome& m = o.matrices.at(i);
    EXPECT_NEAR(m.cosines[1], expected_second_cosine(s.data, i), 0.02) << kMatrixNames.at(i);
    EXPECT_NEAR(response_ratio(m) / expected_response_ratio(s.data, i, m), 1, 0.08) << kMatrixNames.at(i);
  }
  EXPECT_GT(expected_second_cosine(s.data, kQuery) - expected_second_cosine(s.data, kKey), 0.04);
}

TEST(LowRankTheory, PrunesALinearMargin) {
  EXPECT_DOUBLE_EQ(expected_pruned_hinge(1.2, 0.6, 0), 0);
  EXPECT_DOUBLE_EQ(expected_pruned_hinge(1.2, 0.6, 0.3), 0.4);
  EXPECT_DOUBLE_EQ(expected_pruned_hinge(1.2, 0.6, 0.7), 1);
}

// Pruning is the same as zeroing rows of W_O.
TEST(LowRankPruning, IsThatOfAModelWithoutTheRows) {
  TrainSetting s;
  s.updates = 20;
  s.seed = test::test_seed(2);
  const Trained trained = train(s);
  const Samples test = test_samples(s, trained.patterns, 50);
  const Neurons neurons{contributions_of(trained.last, activations_of(trained.last, test.tokens)), test.labels, {}};
  Model pruned = trained.last;
  pruned.weights[kOutput] = pruned.weights[kOutput].clone();
  for (const std::int64_t row : {3, 40, 77}) pruned.weights[kOutput][row].zero_();
  const at::Tensor outputs = outputs_of(pruned, test.tokens);
  EXPECT_NEAR(quality_without(neurons, {3, 40, 77}).hinge, mean_hinge(outputs, test.labels), 1e-12);
  EXPECT_EQ(quality_without(neurons, {3, 40, 77}).error, error_rate(outputs, test.labels));
}

TEST(LowRankPruning, TakesTheOrdersItSays) {
  // One sample; three neurons with contributions 1, 2 and 4, of which the rows with norms 3, 1 and 2.
  at::Tensor contributions = at::zeros({1, 3}, at::kDouble);
  for (int i = 0; i < 3; ++i) contributions[0][i] = 0.1 * (1 << i);
  const Neurons neurons{contributions, at::zeros({1}, at::kDouble) + 1, {3, 1, 2}};
  const PruningCurves c = prune(neurons, 3, 8, 1);
  for (int level = 0; level < 4; ++level) {
    const auto i = static_cast<std::size_t>(level);
    const double small[] = {0.3, 0.5, 0.9, 1}, large[] = {0.3, 0.4, 0.8, 1};
    EXPECT_NEAR(c.small_first[i], small[level], 1e-12);
    EXPECT_NEAR(c.large_first[i], large[level], 1e-12);
    EXPECT_GE(c.random[i], 0.3 - 1e-12);
    EXPECT_LE(c.random[i], 1 + 1e-12);
  }
  EXPECT_EQ(c.large_first_error[3], 1);
}

TEST(LowRankOutcome, IsTheSameOnOneThreadAndOnTwoAndAfterJson) {
  RunSetting s = small_setting();
  s.pattern_counts = {};
  s.models_per_seed = 1;
  s.updates = 25;
  const int before = at::get_num_threads();
  std::string text[2];
  for (const int threads : {1, 2}) {
    at::set_num_threads(threads);
    const Trainings t = train_all(s, Cells());
    for (const Models* models : {&t.two_patterns, &t.wide, &t.random_labels})
      for (const Outcome& o : *models) text[threads - 1] += to_json(o).dump();
  }
  at::set_num_threads(before);
  EXPECT_EQ(text[0], text[1]);
  const Outcome& one = small_trainings().wide[0];
  EXPECT_EQ(to_json(outcome_from_json(nlohmann::json::parse(to_json(one).dump()))).dump(), to_json(one).dump());
}

}  // namespace
}  // namespace prenorm::papers::low_rank_sparse
