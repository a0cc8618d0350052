// The checks hold for measurements with the property that the paper claims, and fail for measurements without it.
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "papers/failed_checks.h"
#include "prenorm/papers/encoder_convergence/checks.h"
#include "prenorm/papers/encoder_convergence/rates.h"
#include "prenorm/papers/encoder_convergence/seed_values.h"

namespace prenorm::papers::encoder_convergence {
namespace {

using test::failed_checks;
using test::failed_checks_of;

// exp(-rate t) for 400 epochs.
std::vector<double> decaying(double rate) {
  std::vector<double> loss;
  for (int t = 0; t <= 400; ++t) loss.push_back(std::exp(-rate * t));
  return loss;
}

// What the theory says of a training of this width.
Trained ideal(const Model& model) {
  const auto width = static_cast<double>(model.width);
  Trained t;
  t.greatest = 2 * width;
  t.step = 1 / t.greatest;
  t.least = 0.015 * t.greatest;
  t.alpha_squared = model.width < 40 ? 0 : 0.01 * std::pow(std::sqrt(width) - std::sqrt(40), 2);
  t.output = width / 10;
  t.loss = decaying(2 * t.step * t.least);
  const double moved = std::pow(width, -1.5), less = model.scale == kInverse ? std::pow(width, -0.5) : 1;
  for (int record = 0; record <= 40; ++record) {
    const double share = 1 - std::exp(-0.3 * record);
    t.movement.epoch.push_back(10 * record);
    t.movement.kernel.push_back(20 * moved * share);
    t.movement.value.push_back(moved * share);
    t.movement.query.push_back(moved * less * share);
  }
  t.lazy.value = t.movement.value.back();
  t.lazy.query = t.movement.query.back();
  t.change = decaying(0.03);
  return t;
}

std::vector<Runs> ideal_runs() {
  std::vector<Runs> runs;
  for (const AttentionScale scale : {kInverseRoot, kInverse})
    for (const std::int64_t width : {16, 64, 256, 1024}) {
      const Model model{kLeCun, scale, width};
      runs.push_back({model, {ideal(model)}});
    }
  return runs;
}

Setting lecun_setting() {
  Setting s;
  s.seeds = 1;
  s.initializations = {kLeCun};
  return s;
}

TEST(ConvergenceRates, AreThoseOfTheLoss) {
  EXPECT_NEAR(late_rate(decaying(0.03)).per_epoch, 0.03, 1e-12);
  EXPECT_NEAR(late_rate(decaying(0.5)).per_epoch, 0.5, 1e-12) << "the end is below rounding";
  EXPECT_NEAR(epochs_to(decaying(0.03), 0.1), std::log(10) / 0.03, 1e-9);
  EXPECT_TRUE(std::isnan(epochs_to(decaying(1e-4), 0.1)));
  EXPECT_NEAR(worst_step_ratio(decaying(0.03)), std::exp(-0.03), 1e-12);
}

TEST(ConvergenceChecks, HoldForLinearRatesOnly) {
  std::vector<Runs> runs = ideal_runs();
  EXPECT_EQ(failed_checks_of(check_rates, runs), std::set<std::string>{});
  for (Runs& r : runs)
    for (std::size_t t = 301; t <= 400; ++t) r.seeds[0].loss[t] = r.seeds[0].loss[300];
  const auto stalled = failed_checks_of(check_rates, runs);
  for (const char* name : {"lecun_loss_falls", "lecun_r_squared", "lecun_rate"})
    EXPECT_TRUE(stalled.contains(name)) << name;
  for (Runs& r : runs) r.seeds[0].loss = decaying(r.seeds[0].bound() / 2);
  EXPECT_TRUE(failed_checks_of(check_rates, runs).contains("lecun_over_bound"));
}

TEST(ConvergenceChecks, HoldForMovementThatFallsWithWidthOnly) {
  std::vector<Runs> runs = ideal_runs();
  const auto movement = [&] {
    std::vector<Check> checks;
    check_movement(runs, lecun_setting(), checks);
    return failed_checks(checks);
  };
  const auto scales = [&] {
    std::vector<Check> checks;
    check_scales(runs, lecun_setting(), checks);
    return failed_checks(checks);
  };
  EXPECT_EQ(movement(), std::set<std::string>{});
  EXPECT_FALSE(scales().contains("query_movement_exponent"));
  EXPECT_EQ(failed_checks_of(check_time_course, runs), std::set<std::string>{});
  for (Runs& r : runs) {
    r.seeds[0].movement = ideal({kLeCun, kInverseRoot, 64}).movement;
    r.seeds[0].change = decaying(0.001);
    for (auto* values : {&r.seeds[0].movement.kernel, &r.seeds[0].movement.value})
      for (std::size_t i = 0; i < values->size(); ++i) values->at(i) = static_cast<double>(i);
  }
  const auto failed = movement(), times = failed_checks_of(check_time_course, runs);
  for (const char* name : {"lecun_kernel_falls", "lecun_value_falls", "lecun_value_factor", "lecun_value_lazy"})
    EXPECT_TRUE(failed.contains(name)) << name;
  for (const char* name : {"lecun_value_early", "lecun_kernel_early", "lecun_late_change"})
    EXPECT_TRUE(times.contains(name)) << name;
  EXPECT_TRUE(scales().contains("query_movement_exponent"));
}

TEST(ConvergenceChecks, FailWhenInitializationsOrScalesChangePlaces) {
  const auto with_rates = [](std::int64_t width, const std::vector<double>& rates) {
    SameStep same{1, {}, rates, rates};
    for (const double rate : rates) same.loss.push_back(decaying(rate));
    return Comparison{width, {same}};
  };
  EXPECT_EQ(failed_checks_of(check_scale_comparison, {with_rates(256, {0.024, 0.02})}), std::set<std::string>{});
  EXPECT_TRUE(
      failed_checks_of(check_scale_comparison, {with_rates(256, {0.02, 0.024})}).contains("scales_time_to_tenth"));
  const auto initializations = [&](const std::vector<Comparison>& comparisons) {
    std::vector<Check> checks;
    check_initializations(comparisons, kInverse, checks);
    return failed_checks(checks);
  };
  EXPECT_EQ(initializations({with_rates(256, {0.02, 0.03, 0.01}), with_rates(1024, {0.03, 0.04, 0.01})}),
            std::set<std::string>{});
  EXPECT_EQ(initializations({with_rates(256, {0.01, 0.01, 0.02}), with_rates(1024, {0.01, 0.01, 0.03})}).size(), 4U);
}

TEST(ConvergenceChecks, FailForStepsAndWidthsOfOtherGrowth) {
  const std::vector<double> width = {64, 256, 1024};
  const StepSizes falling{kLeCun, kInverse, width, {{4, 1, 0.25}}, {{0.5, 2, 8}}};
  const StepSizes constant{kLeCun, kInverse, width, {{1, 1, 1}}, {{0.5, 2, 8}}};
  EXPECT_EQ(failed_checks_of(check_step_sizes, {falling}), std::set<std::string>{});
  EXPECT_EQ(failed_checks_of(check_step_sizes, {constant}).size(), 2U);
  StepSizes ntk = falling;
  ntk.initialization = kNtk;
  EXPECT_TRUE(failed_checks_of(check_step_sizes, {ntk}).contains("ntk_step_exponent"));
  EXPECT_EQ(failed_checks_of(check_critical_widths, {{kInverse, {10, 40}, {{8, 16}}}}), std::set<std::string>{});
  EXPECT_EQ(failed_checks_of(check_critical_widths, {{kInverse, {10, 40}, {{8, 128}}}}).size(), 2U);
}

TEST(ConvergenceTrainings, AreTheSameOnOneThreadAndOnTwo) {
  Setting s = lecun_setting();
  s.seeds = 2;
  s.widths = {40};
  const int before = at::get_num_threads();
  std::vector<std::vector<double>> losses;
  for (const int threads : {1, 2}) {
    at::set_num_threads(threads);
    std::vector<double> all;
    for (const Runs& r : train_gaussian(s, Cells()))
      for (const Trained& t : r.seeds) all.insert(all.end(), t.loss.begin(), t.loss.end());
    losses.push_back(all);
  }
  at::set_num_threads(before);
  EXPECT_EQ(losses[0], losses[1]);
}

}  // namespace
}  // namespace prenorm::papers::encoder_convergence
