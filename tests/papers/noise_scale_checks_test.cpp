// The studies of the noise scale against closed forms and made series, and their checks against series without the
// property.
#include <gtest/gtest.h>

#include <cmath>

#include "papers/failed_checks.h"
#include "prenorm/papers/noise_scale/analysis.h"
#include "prenorm/papers/noise_scale/checks.h"

namespace prenorm::papers::noise_scale {
namespace {

using test::failed_checks_of;
using Names = std::set<std::string>;

TEST(NoiseScaleRegression, AgreesWithItsClosedForm) {
  Setting setting;
  setting.regression_steps = 600;
  std::vector<RegressionCase> cases = regression_cases(setting);
  EXPECT_EQ(failed_checks_of(check_regression, cases), Names{});
  // The noise scale of a batch is a ratio of means: without the factor of the batch size it is another number.
  for (RegressionCase& c : cases)
    for (Moments& m : c.series) m.gradient_variance *= 1.2;
  EXPECT_TRUE(failed_checks_of(check_regression, cases).contains("regression_variance"));
  EXPECT_TRUE(failed_checks_of(check_regression, cases).contains("regression_noise_scale"));
}

TEST(NoiseScaleRegression, ExactMomentsAreThoseOfNormalVariables) {
  const Moments exact = Regression{.d = 16, .sigma = 1, .error_norm = 0.5}.exact();
  EXPECT_DOUBLE_EQ(exact.gradient_square, 0.25);
  EXPECT_DOUBLE_EQ(exact.gradient_variance, 20.25);
  EXPECT_DOUBLE_EQ(ratio(exact), 81);
}

// Norms and others whose noise scales grow together, so that the total's is twice the norms'.
Series made_series(bool together) {
  Series series;
  for (int i = 0; i < 400; ++i) {
    const double growth = std::exp(0.008 * i + 0.2 * std::sin(0.1 * i));
    series.tokens.push_back(100.0 * (i + 1));
    series.loss.push_back(3 - 0.004 * i);
    series.norms.push_back({0.01, 0.01 * growth});
    series.others.push_back({1, 2 * (together ? growth : std::exp(0.01 * (400 - i) - 0.2 * std::sin(0.1 * i)))});
  }
  return series;
}

TrainedModel made_model(bool together) {
  TrainedModel model;
  model.series = made_series(together);
  model.frozen = {{16, {10, 0.5}}, {128, {together ? 10.5 : 14, 0.5}}};
  model.branches = {{"unchanged", 1, 1, 10},
                    {"rate", 0.25, 1, together ? 20.0 : 9.0},
                    {"small", 1, 0.25, 11},
                    {"large", 1, 4, together ? 9.0 : 30.0}};
  return model;
}

TEST(NoiseScalePrediction, FindsTheLineBetweenTheTwo) {
  const Prediction p = predict_total(made_series(true));
  EXPECT_GT(p.correlation, 0.9999);
  EXPECT_NEAR(p.slope, 2.01 / 1.01, 1e-2);
  EXPECT_GT(p.log_correlation_without_trend, 0.999);
  EXPECT_EQ(p.share_used, 1);
}

TEST(NoiseScalePrediction, LeavesOutUpdatesWithoutAPositiveSquare) {
  Series series = made_series(true);
  for (std::size_t i = 200; i < 260; ++i) series.others[i].gradient_square = -3;
  const Prediction p = predict_total(series);
  EXPECT_LT(p.share_used, 0.9);
  EXPECT_TRUE(std::isfinite(p.log_correlation_without_trend));
}

TEST(NoiseScaleChecks, FailForModelsWithoutTheProperty) {
  std::vector<TrainedModel> good = {made_model(true)}, bad = {made_model(false)};
  for (auto* models : {&good, &bad}) {
    models->push_back(made_model(true));
    models->back().model.placement = NormPlacement::kPostLn;
  }
  EXPECT_EQ(failed_checks_of(check_frozen, good), Names{});
  EXPECT_EQ(failed_checks_of(check_training, good), Names{});
  EXPECT_EQ(failed_checks_of(check_training, bad),
            (Names{"correlation", "log_correlation_without_trend", "slope", "total_growth"}));
  EXPECT_EQ(failed_checks_of(check_frozen, bad), Names{"pre_ln_batch_invariance"});
  EXPECT_EQ(failed_checks_of(check_temperature, good), Names{});
  EXPECT_EQ(failed_checks_of(check_temperature, bad), (Names{"rate_raises", "rate_more_than_batch"}));
}

// A loss that falls linearly from 3 by `slope` over all tokens.
Series falling(double slope) {
  Series series;
  for (int i = 1; i <= 1000; ++i) {
    series.tokens.push_back(i);
    series.loss.push_back(3 - slope * (i - 0.5) / 1000);
  }
  return series;
}

TEST(NoiseScaleRamp, SavesTheTokensThatItNeedsNot) {
  EXPECT_NEAR(saving_of({falling(1), falling(1)}, 50).share_saved, 0, 1e-9);
  // Means over stretches of 50 are those of their middles: the fixed run ends at 1 - 0.025.
  EXPECT_NEAR(saving_of({falling(1), falling(2)}, 50).share_saved, 1 - (0.975 / 2 + 0.025), 1e-9);
  EXPECT_LT(saving_of({falling(1), falling(0.8)}, 50).share_saved, -0.1);
  EXPECT_EQ(saving_of({falling(1), falling(-1)}, 50).share_saved, -1);
  std::vector<Check> checks;
  check_ramp({{falling(1), falling(0.8)}}, 50, checks);
  EXPECT_FALSE(checks[0].pass());
}

TEST(NoiseScaleSeries, SurvivesItsCell) {
  const Series series = made_series(true);
  const Series read = series_from_json(to_json(series));
  ASSERT_EQ(read.size(), series.size());
  EXPECT_EQ(read.tokens, series.tokens);
  EXPECT_EQ(read.norms[7].gradient_variance, series.norms[7].gradient_variance);
  EXPECT_EQ(read.others[9].gradient_square, series.others[9].gradient_square);
}

}  // namespace
}  // namespace prenorm::papers::noise_scale
