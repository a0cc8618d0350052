// The checks hold on trainings of seconds, and fail for laws of x_1 without the property.
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "prenorm/papers/mesa_optimization/checks.h"
#include "prenorm/papers/mesa_optimization/worst.h"

namespace prenorm::papers::mesa_optimization {
namespace {

RunSetting small_setting() {
  RunSetting s;
  s.sequences = 600;
  s.seeds = 1;
  s.length = 30;
  s.lengths = {5};
  return s;
}

const Trainings& small_trainings() {
  static const DataSets data(data_sets_of(small_setting()), Cells());
  static const Trainings trainings = train_all(data, small_setting());
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

TEST(MesaChecks, FailForSparseStartsThatAreGaussian) {
  Trainings swapped = small_trainings();
  for (std::size_t i = 0; i < swapped.gaussian.size(); ++i)
    std::swap(swapped.gaussian[i].seeds, swapped.sparse[i].seeds);
  for (const char* name : {"gaussian_ratio", "sparse_ratio", "sparse_loss_share", "gaussian_loss_share"})
    EXPECT_TRUE(failures(swapped, check_predictions).contains(name)) << name;
}

TEST(MesaChecks, FailForOnesUnderTheMask) {
  Trainings masked = small_trainings();
  masked.ones = masked.ones_masked;
  for (const char* name : {"ones_off_diagonals", "ones_loss_ratio"})
    EXPECT_TRUE(failures(masked, check_ones).contains(name)) << name;
  Trainings signs = small_trainings();
  signs.signs = signs.ones;
  for (const char* name : {"signs_off_diagonals", "signs_loss"})
    EXPECT_TRUE(failures(signs, check_ones).contains(name)) << name;
}

TEST(MesaChecks, FailForLengthsThatChangeNothing) {
  Trainings same = small_trainings();
  same.gaussian_lengths = {same.gaussian_lengths.back(), same.gaussian_lengths.back()};
  EXPECT_EQ(failures(same, check_lengths), std::set<std::string>{"gaussian_rises_with_length"});
}

TEST(MesaChecks, FailForRunsThatStayAtTheStart) {
  Trainings stuck = small_trainings();
  for (auto* laws : {&stuck.gaussian, &stuck.sparse})
    for (LawRuns& runs : *laws)
      for (Descent& run : runs.seeds[0].starts)
        for (Diagonal& point : run.diagonal) point = run.diagonal[0];
  const auto products = failures(stuck, check_products), dynamics = failures(stuck, check_dynamics);
  for (const char* name : {"gaussian_product", "gaussian_limit", "gaussian_spread", "sparse_product", "sparse_limit"})
    EXPECT_TRUE(products.contains(name)) << name;
  for (const char* name : {"gaussian_half_time", "sparse_half_time", "gaussian_sigmoid", "sparse_sigmoid"})
    EXPECT_TRUE(dynamics.contains(name)) << name;
}

// They would not be without the smaller term of the theory, nor for x_1 = ones off the diagonal of W_PV_12.
TEST(MesaGradients, AreThoseOfTheTheory) {
  const SequenceLaw law{StartLaw::kGaussian, 1, 5, 30};
  const ScalarPoint point{0.5, 1.5};
  const EntryGradients g = entry_gradients({{law, 8000, 1, DataRole::kTraining}}, point, Cells())[0];
  const Deviations d = deviations_of(g);
  for (const double far : {d.diagonals, d.off_diagonals, d.projection_off_diagonals, d.other_blocks}) EXPECT_LT(far, 5);
  const Theory theory = theory_of(law, population_moments(law));
  const double smaller_term = point.product() * point.b * theory.harmonic_sum * population_moments(law).kappa_3;
  EXPECT_GT(smaller_term / g.standard_error.key_query[5 * 10], 8);
  const EntryGradients ones =
      entry_gradients({{{StartLaw::kOnes, 1, 5, 30}, 2000, 1, DataRole::kTraining}}, point, Cells())[0];
  EXPECT_LT(deviations_of(ones).off_diagonals, 5);
  EXPECT_GT(deviations_of(ones).projection_off_diagonals, 8);
}

TEST(MesaDataSets, AreTheSameOnOneThreadAndOnTwo) {
  RunSetting s = small_setting();
  s.sequences = 100;
  const DataSet data = data_set(s, {StartLaw::kGaussian, 1, 5, 30}, 1);
  const std::vector<DataSet> both = {data, data_set(s, {StartLaw::kOnes, 1, 5, 30}, 1)};
  const int before = at::get_num_threads();
  std::vector<std::vector<double>> moments, gradients;
  for (const int threads : {1, 2}) {
    at::set_num_threads(threads);
    moments.push_back(DataSets(both, Cells()).at(data).moments);
    gradients.push_back(entry_gradients(both, {0.5, 1.5}, Cells())[0].mean.key_query);
  }
  at::set_num_threads(before);
  EXPECT_EQ(moments[0], moments[1]);
  EXPECT_EQ(gradients[0], gradients[1]);
}

TEST(MesaWorst, TakesNaN) {
  FarthestFrom farthest(1);
  for (const double value : {1.1, std::nan(""), 0.5}) farthest.take(value);
  EXPECT_TRUE(std::isnan(farthest.value()));
}

}  // namespace
}  // namespace prenorm::papers::mesa_optimization
