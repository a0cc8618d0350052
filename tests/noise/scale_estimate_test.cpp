// The confidence interval of the noise scale: its algebra, and how often it holds the truth.
#include "prenorm/noise/scale_estimate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "noise/regression_noise.h"
#include "prenorm/base/student_t.h"
#include "prenorm/noise/mean_moments.h"
#include "test_seed.h"

namespace prenorm::noise {
namespace {

TEST(ScaleEstimate, EndsWhereTheDifferenceIsJustSignificant) {
  const Moments mean{2, 30};
  const MomentCovariance of_mean{0.1, -0.2, 9};
  const ScaleEstimate e = scale_estimate(mean, of_mean, 20);
  ASSERT_TRUE(e.examples && e.high);
  EXPECT_DOUBLE_EQ(*e.examples, 15);
  EXPECT_LT(e.low, 15);
  EXPECT_GT(*e.high, 15);
  const double t = student_t_975(20);
  for (const double r : {e.low, *e.high}) {
    const double deviation = std::sqrt(of_mean.variance - 2 * r * of_mean.both + r * r * of_mean.square);
    EXPECT_NEAR(std::abs(mean.gradient_variance - r * mean.gradient_square) / deviation, t, 1e-9) << r;
  }
}

TEST(ScaleEstimate, HasNoUpperBoundWhereTheSquareMayBeZero) {
  const ScaleEstimate weak = scale_estimate({1, 30}, {0.5, 0, 9}, 20);
  EXPECT_EQ(weak.examples, 30);
  EXPECT_FALSE(weak.high);
  EXPECT_GT(weak.low, 0);
  EXPECT_LT(weak.low, 30);
  const ScaleEstimate negative = scale_estimate({-0.5, 30}, {0.5, 0, 9}, 20);
  EXPECT_FALSE(negative.examples);
  EXPECT_FALSE(negative.high);
  EXPECT_GT(negative.low, 0);
  // Nothing is significant.
  const ScaleEstimate nothing = scale_estimate({0.1, 1}, {0.5, 0, 9}, 20);
  EXPECT_FALSE(nothing.high);
  EXPECT_EQ(nothing.low, 0);
}

TEST(ScaleEstimate, OfOneBatchOrOfImpossibleNumbersSaysNothing) {
  for (const ScaleEstimate& e :
       {scale_estimate({2, 30}, {}, 0), scale_estimate({2, 30}, {1, 0, 1}, 0.99), scale_estimate({-2, 30}, {}, 20),
        scale_estimate({1e200, 1e200}, {1e300, 0, 1e300}, 20)}) {
    EXPECT_EQ(e.low, 0);
    EXPECT_FALSE(e.high);
  }
}

TEST(ScaleEstimate, OfConstantMomentsIsTheirRatio) {
  const ScaleEstimate e = scale_estimate({2, 30}, {}, 20);
  EXPECT_DOUBLE_EQ(e.low, 15);
  EXPECT_DOUBLE_EQ(e.high.value(), 15);
}

struct Coverage {
  double covered = 0, below = 0, above = 0, without_bound = 0;
};

// `keep`: the weight of the past; 0 stands for equal weights.
Coverage coverage_of(const test::RegressionNoise& problem, std::size_t small, double keep, int updates, int runs) {
  Coverage coverage;
  for (int run = 0; run < runs; ++run) {
    test::NormalNumbers normal(mix_key({test::test_seed(3), static_cast<std::uint64_t>(run)}));
    MeanMoments mean;
    for (int update = 0; update < updates; ++update) {
      const Moments m = draw_moments(problem, 64, small, normal);
      if (keep > 0)
        mean.add(m, keep);
      else
        mean.add_equally(m);
    }
    const ScaleEstimate e = mean.scale();
    coverage.below += problem.noise_scale() < e.low ? 1.0 / runs : 0;
    coverage.above += e.high && problem.noise_scale() > *e.high ? 1.0 / runs : 0;
    coverage.without_bound += e.high ? 0 : 1.0 / runs;
  }
  coverage.covered = 1 - coverage.below - coverage.above;
  return coverage;
}

void expect_coverage(const Coverage& c) {
  EXPECT_GT(c.covered, 0.90) << c.below << " below, " << c.above << " above, " << c.without_bound << " without bound";
  EXPECT_LT(c.covered, 0.99) << c.without_bound << " without bound";
}

// Seeds 0 to 4 gave 0.930 to 0.974 in these cases; intervals half as wide would hold the truth in 0.67 of the runs.
TEST(ScaleInterval, HoldsTheTruthInAbout95OfAHundredRuns) { expect_coverage(coverage_of({}, 1, 0, 16, 600)); }

TEST(SlowScaleInterval, HoldsTheTruthWhateverTheWeights) {
  expect_coverage(coverage_of({}, 1, 0.95, 100, 500));
  expect_coverage(coverage_of({}, 1, 0.8, 30, 1000));
  expect_coverage(coverage_of({}, 32, 0, 16, 1000));
}

}  // namespace
}  // namespace prenorm::noise
