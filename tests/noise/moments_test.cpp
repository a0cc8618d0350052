// Estimators of the gradient noise scale against the closed form of linear regression.
#include "prenorm/noise/moments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "noise/regression_noise.h"
#include "prenorm/base/error.h"
#include "prenorm/base/statistics.h"
#include "test_seed.h"

namespace prenorm::noise {
namespace {

struct Sample {
  std::vector<double> squares, variances;
};

Sample draw_sample(std::size_t large, std::size_t small, std::uint64_t seed) {
  test::NormalNumbers normal(mix_key({test::test_seed(seed), large, small}));
  Sample sample;
  for (int step = 0; step < 2000; ++step) {
    const Moments m = test::draw_moments({}, large, small, normal);
    sample.squares.push_back(m.gradient_square);
    sample.variances.push_back(m.gradient_variance);
  }
  return sample;
}

double deviation(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

// Over seeds 0 to 4 the largest distance was 1.9 standard errors. A divisor of B in place of B - 1 moves the variance
// of the pair (64, 1) by 3.5 of its standard errors, that of (8, 1) by 10.
void expect_mean(const std::vector<double>& values, double expected) {
  const double standard_error = deviation(values) / std::sqrt(static_cast<double>(values.size()));
  EXPECT_NEAR(mean_of(values), expected, 3 * standard_error);
}

TEST(NoiseMoments, HaveTheMeansOfTheClosedFormAtEachPairOfSizes) {
  const test::RegressionNoise problem;
  for (const auto& [large, small] :
       std::vector<std::pair<std::size_t, std::size_t>>{{64, 1}, {64, 8}, {64, 32}, {8, 1}}) {
    SCOPED_TRACE(::testing::Message() << large << " and " << small);
    const Sample sample = draw_sample(large, small, 1);
    expect_mean(sample.squares, problem.gradient_square());
    expect_mean(sample.variances, problem.gradient_variance());
    // The relative error of the ratio of means, to first order.
    std::vector<double> errors;
    for (std::size_t i = 0; i < sample.squares.size(); ++i)
      errors.push_back(sample.variances[i] / problem.gradient_variance() -
                       sample.squares[i] / problem.gradient_square());
    const double error = deviation(errors) / std::sqrt(static_cast<double>(errors.size()));
    const double ratio = mean_of(sample.variances) / mean_of(sample.squares);
    EXPECT_NEAR(std::log(ratio / problem.noise_scale()), 0, 3 * error);
  }
}

// The spread of the two is 0.20 and 0.40 of the variance; seeds 0 to 4 gave ratios of 1.97 to 2.11.
TEST(NoiseMoments, FromSingleExamplesAreMoreExact) {
  const double by_example = deviation(draw_sample(64, 1, 2).variances),
               halves = deviation(draw_sample(64, 32, 2).variances);
  EXPECT_GT(halves, 1.5 * by_example);
}

TEST(NoiseMoments, OfSingleExamplesAreTheSampleVariance) {
  const std::vector<double> u{1, 2, 6};  // one parameter: mean 3, Σ (u - 3)² = 14
  const Moments m = moments_of((1 + 4 + 36) / 3.0, 1, 9, 3);
  EXPECT_DOUBLE_EQ(m.gradient_variance, 14 / 2.0);
  EXPECT_NEAR(m.gradient_square, 9 - 7 / 3.0, 1e-14);
}

TEST(NoiseMoments, RefuseSizesThatDoNotDiffer) {
  EXPECT_THROW(moments_of(1, 1, 1, 1), UsageError);
  EXPECT_THROW(moments_of(1, 2, 1, 1), UsageError);
  EXPECT_THROW(moments_of(1, 0, 1, 1), UsageError);
}

}  // namespace
}  // namespace prenorm::noise
