// The checks hold on trainings of seconds, and fail for trainings without the property.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "prenorm/papers/benign_overfitting/checks.h"

namespace prenorm::papers::benign_overfitting {
namespace {

ExperimentSetting one_seed() { return experiment_setting({1, true}); }

template <class Study, class Append>
std::set<std::string> failures(const Study& study, const Append& append) {
  std::vector<Check> checks;
  append(study, checks);
  std::set<std::string> names;
  for (const Check& c : checks)
    if (!c.pass()) names.insert(c.name);
  return names;
}

void expect_failures(const std::set<std::string>& failed, std::initializer_list<const char*> names) {
  for (const char* name : names) EXPECT_TRUE(failed.contains(name)) << name;
}

TEST(BenignChecks, OfRegimesFailWhenTheyAreSwapped) {
  RegimeStudy study = study_regimes(one_seed(), Cells());
  EXPECT_EQ(failures(study, check_regimes), std::set<std::string>{});
  std::swap(study.benign, study.harmful);
  std::swap(study.trained_head_benign, study.trained_head_harmful);
  expect_failures(failures(study, check_regimes),
                  {"benign_test_loss", "benign_test_error", "benign_test_attention", "harmful_test_loss",
                   "harmful_test_error", "trained_head_benign_test_loss", "trained_head_harmful_test_loss"});
  study.harmful[0].stops.clear();  // a run that did not reach its stop
  expect_failures(failures(study, check_regimes), {"equal_training_loss", "harmful_test_loss"});
}

TEST(BenignChecks, OfPhasesFailWhenRegimesAreSwapped) {
  PhaseStudy study = study_phases(one_seed(), Cells());
  EXPECT_EQ(failures(study, check_benign_phases), std::set<std::string>{});
  EXPECT_EQ(failures(study, check_harmful_phases), std::set<std::string>{});
  std::swap(study.benign, study.harmful);
  expect_failures(failures(study, check_benign_phases),
                  {"benign_score_at_phase_2", "benign_loss_at_half_attention", "benign_loss_at_full_attention",
                   "benign_noise_attention", "benign_order"});
  expect_failures(failures(study, check_harmful_phases), {"harmful_score_ratio", "harmful_noise_attention",
                                                          "harmful_signal_attention", "harmful_score_at_drop"});
}

// Attention that starts far from uniform skips phase 1.
TEST(BenignChecks, OfPhasesFailForLargeInitialLogits) {
  RunSetting setting = run_setting(small_data(1, kBenignProduct));
  setting.descent.rate = 0.25;
  setting.record = Record::kTrace;
  setting.start.logit_deviation = 8;
  const auto run = train(setting);
  expect_failures(failures(PhaseStudy{{run}, {run}}, check_benign_phases), {"benign_attention_before_phase_2"});
}

TEST(BenignChecks, OfEarlyTrainingFailForTheOtherRegime) {
  EarlyStudy study = study_early(one_seed(), Cells());
  EXPECT_EQ(failures(study, check_early), std::set<std::string>{});
  std::swap(study.benign[0].run, study.harmful[0].run);
  expect_failures(failures(study, check_early), {"early_signal_growth", "early_negative_signal_growth", "early_ratio"});
  for (State& state : study.benign[0].run.trace) state.score_noise *= 1.3;
  expect_failures(failures(study, check_early), {"early_noise_growth"});
}

// Heat maps at both stops whose test loss is 0.2 where N^exponent SNR^2 is `scale` times the closed form.
std::vector<LossGrid> made_grids(double exponent, double scale) {
  std::vector<LossGrid> grids;
  for (const double product : {12.15, 2.925}) {
    LossGrid& grid = grids.emplace_back(LossGrid{{8, 16, 32, 64}, {}, {}});
    for (int k = 0; k < 12; ++k) grid.snr.push_back(0.1 * std::pow(1.3, k));
    for (const auto samples : grid.samples)
      for (const double snr : grid.snr)
        grid.test_loss.push_back(
            0.2 * std::sqrt(scale * product / (std::pow(static_cast<double>(samples), exponent) * snr * snr)));
  }
  return grids;
}

TEST(BenignChecks, OfTheBoundaryFailForOthers) {
  EXPECT_EQ(failures(made_grids(1, 1), check_boundary), std::set<std::string>{});
  expect_failures(failures(made_grids(0.5, 0.2), check_boundary), {"boundary_slope", "boundary_spread"});
  expect_failures(failures(made_grids(2, 20), check_boundary), {"boundary_slope", "boundary_spread"});
  expect_failures(failures(made_grids(1, 0.4), check_boundary), {"boundary_constant"});
  expect_failures(failures(made_grids(1, 300), check_boundary), {"parts_below"});
  std::vector<LossGrid> broken = made_grids(1, 1);
  for (LossGrid& grid : broken) std::reverse(grid.test_loss.begin(), grid.test_loss.begin() + 12);
  expect_failures(failures(broken, check_boundary), {"rising_share", "parts_below"});
  expect_failures(failures(broken, check_digits), {"digits_rising_share", "digits_parts_below"});
  expect_failures(failures(made_grids(0.3, 0.2), check_digits), {"digits_boundary_slope"});
}

CriticalStudy critical_study_at_formula() {
  CriticalStudy study;
  const auto add = [](std::vector<CriticalPoint>& points, std::int64_t patches, double strong, double stop) {
    CriticalSetting setting;
    setting.data.patches = patches;
    setting.data.strong_noise = strong;
    setting.stop = stop;
    points.push_back({setting, setting.predicted()});
  };
  for (auto* points : {&study.patches, &study.uniform_patches})
    for (const std::int64_t patches : {2, 4, 8}) add(*points, patches, 1, kStop);
  for (auto* points : {&study.stops, &study.uniform_stops})
    for (const double stop : {0.01, 0.03, 0.1}) add(*points, 4, 1, stop);
  for (auto* points : {&study.strong, &study.uniform_strong})
    for (const double strong : {1, 2, 3}) add(*points, 4, strong, kStop);
  study.strong[2].product *= 1.7;
  study.slow = study.low_dimension = study.patches[1];
  return study;
}

TEST(BenignChecks, OfTheConstantFailForOneThatDoesNotMove) {
  CriticalStudy study = critical_study_at_formula();
  EXPECT_EQ(failures(study, check_critical), std::set<std::string>{});
  for (auto* points : {&study.patches, &study.uniform_patches, &study.stops, &study.uniform_stops})
    for (CriticalPoint& point : *points) point.product = 2.9;
  expect_failures(failures(study, check_critical),
                  {"critical", "uniform_critical", "critical_growth_with_stop", "uniform_critical_growth_with_stop",
                   "critical_growth_with_patches", "uniform_critical_growth_with_patches"});
  study.strong[2].product = study.uniform_strong[2].product;
  study.slow.product *= 1.1;
  study.low_dimension.product *= 4;  // an SNR without sqrt(d)
  study.uniform_errors = {{small_data(1, 1), 0.3}};
  expect_failures(failures(study, check_critical), {"strong_noise_attention", "critical_at_a_quarter_of_the_rate",
                                                    "critical_at_a_quarter_of_the_dimension", "uniform_test_error"});
}

TEST(BenignChecks, OfStoppingTimesFailForTimesThatDoNotMove) {
  ExperimentSetting setting = one_seed();
  setting.stopping_samples = {8, 16, 32};
  StoppingStudy study = study_stopping(setting, Cells());
  EXPECT_EQ(failures(study, check_stopping), std::set<std::string>{});
  for (auto* times : {&study.harmful, &study.benign, &study.uniform})
    for (auto& run : *times) run.assign(run.size(), 500);
  EXPECT_EQ(failures(study, check_stopping).size(), 6U);
}

TEST(BenignChecks, OfTokenSelectionFailAtTheStart) {
  ExperimentSetting setting = one_seed();
  SelectionStudy study = study_selection(setting, Cells());
  EXPECT_EQ(failures(study, check_selection), std::set<std::string>{});
  for (auto& seeds : study.runs)
    for (auto& states : seeds) states = {states.front()};
  expect_failures(failures(study, check_selection),
                  {"selection_training_accuracy", "selection_flipped_accuracy", "selection_clean_attention",
                   "selection_flipped_attention", "selection_order"});
  std::swap(study.runs.front(), study.runs.back());
  expect_failures(failures(study, check_selection), {"selection_test_accuracy"});
}

TEST(BenignChecks, TakeNaN) {
  EXPECT_TRUE(std::isnan(farthest_from(1, {1.1, std::nan(""), 0.5})));
  EXPECT_TRUE(std::isnan(least({1.1, std::nan(""), 0.5})));
  EXPECT_EQ(farthest_from(1, {1.1, 0.5}), 0.5);
}

}  // namespace
}  // namespace prenorm::papers::benign_overfitting
