// Against values from R's t.test, lm and cor.
#include "prenorm/base/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "prenorm/base/error.h"

namespace prenorm {
namespace {

TEST(Estimate, IsMeanAndStudentInterval) {
  const std::vector<double> sample{1, 2, 3, 4, 10};
  const Estimate e = estimate(sample);
  EXPECT_DOUBLE_EQ(e.mean, 4);
  // s = sqrt(12.5), t(4) = 2.776445
  EXPECT_NEAR(e.half_width_95, 2.776445 * std::sqrt(12.5 / 5), 1e-3);
  EXPECT_NEAR(e.high() - e.low(), 2 * e.half_width_95, 1e-12);
}

TEST(Estimate, GoesOnBeyondTheTable) {
  std::vector<double> sample;
  for (int i = 0; i < 31; ++i) sample.push_back(i);
  // t(30) = 2.042272, s = sqrt(31 * 32 / 12)
  EXPECT_NEAR(estimate(sample).half_width_95, 2.042272 * std::sqrt(31.0 * 32 / 12 / 31), 1e-3);
}

TEST(Estimate, OfOneValueAndOfNone) {
  const std::vector<double> one{7};
  EXPECT_EQ(estimate(one).mean, 7);
  EXPECT_EQ(estimate(one).half_width_95, 0);
  EXPECT_TRUE(std::isnan(estimate({}).mean));
}

TEST(FitLine, FindsSlopeAndShareExplained) {
  const std::vector<double> x{1, 2, 3, 4}, y{1, 3, 2, 5};
  const Line line = fit_line(x, y);
  EXPECT_NEAR(line.slope, 1.1, 1e-12);
  EXPECT_NEAR(line.intercept, 0, 1e-12);
  EXPECT_NEAR(line.r_squared, 6.05 / 8.75, 1e-12);
  const std::vector<double> same{2, 2, 2, 2};
  EXPECT_TRUE(std::isnan(fit_line(same, y).slope));
}

TEST(FitExponent, OfAPower) {
  const std::vector<double> x{6, 8, 10, 48};
  std::vector<double> y;
  for (const double v : x) y.push_back(3 / std::sqrt(v));
  EXPECT_NEAR(fit_exponent(x, y), -0.5, 1e-12);
}

TEST(RankCorrelation, CountsOrderAlone) {
  const std::vector<double> x{1, 2, 3, 4}, rising{1, 10, 100, 1000}, falling{4, 3, 2, 1}, ties{1, 1, 2, 3},
      flat{1, 1, 1, 1};
  EXPECT_NEAR(rank_correlation(x, rising), 1, 1e-12);
  EXPECT_NEAR(rank_correlation(x, falling), -1, 1e-12);
  EXPECT_NEAR(rank_correlation(x, ties), 0.9486833, 1e-6);
  EXPECT_TRUE(std::isnan(rank_correlation(x, flat)));
}

TEST(Statistics, QuantilesLieBetweenTheValues) {
  EXPECT_EQ(quantile({3, 1, 2}, 0.5), 2);
  EXPECT_EQ(quantile({4, 1}, 0.5), 2.5);
  EXPECT_EQ(quantile({7}, 0.9), 7);
  EXPECT_EQ(quantile({3, 1, 2}, 0), 1);
  EXPECT_EQ(quantile({3, 1, 2}, 1), 3);
}

TEST(Statistics, OfNoValuesThereIsNoMiddle) {
  EXPECT_THROW(quantile({}, 0.5), UsageError);
  EXPECT_THROW(lower_median({}), UsageError);
  EXPECT_THROW(median({}), UsageError);
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(lower_median({4, 1, 3, 2}), 2) << "the lower of the two in the middle";
}

TEST(Statistics, EqualValuesShareTheMeanOfTheirRanks) {
  EXPECT_EQ(ranks(std::vector<double>{3, 1, 3, 2}), (std::vector<double>{3.5, 1, 3.5, 2}));
  EXPECT_EQ(ranks(std::vector<double>{5, 5}, 0), (std::vector<double>{0.5, 0.5}));
  EXPECT_TRUE(ranks({}).empty());
}

TEST(StandardDeviation, DividesByOneLessThanTheNumber) {
  EXPECT_DOUBLE_EQ(standard_deviation(std::vector<double>{1, 2, 4}), std::sqrt(7.0 / 3));
  EXPECT_EQ(standard_deviation(std::vector<double>{5, 5}), 0);
  EXPECT_TRUE(std::isnan(standard_deviation(std::vector<double>{5})));
}

TEST(Correlation, HasTheSignOfTheSlopeAndNeedsTwoVaryingSides) {
  const std::vector<double> x = {1, 2, 3, 5}, y = {-1, -2.5, -2, -4}, same = {3, 3, 3, 3};
  EXPECT_NEAR(correlation(x, y), -0.91735, 1e-5);
  EXPECT_NEAR(correlation(x, x), 1, 1e-15);
  EXPECT_TRUE(std::isnan(correlation(x, same)));
  EXPECT_TRUE(std::isnan(correlation(same, x)));
}

}  // namespace
}  // namespace prenorm
