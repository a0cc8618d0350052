// Means over updates against sums over their weights.
#include "prenorm/noise/mean_moments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "noise/regression_noise.h"
#include "prenorm/base/json.h"
#include "test_seed.h"

namespace prenorm::noise {
namespace {

std::vector<Moments> some_moments(std::size_t count) {
  test::NormalNumbers normal(test::test_seed(7));
  std::vector<Moments> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back({1 + normal(), 5 + 2 * normal()});
  return all;
}

void expect_weighted(const MeanMoments& mean, const std::vector<Moments>& all, const std::vector<double>& weights) {
  double g = 0, s = 0, squares = 0, gg = 0, gs = 0, ss = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    g += weights[i] * all[i].gradient_square;
    s += weights[i] * all[i].gradient_variance;
    squares += weights[i] * weights[i];
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double dg = all[i].gradient_square - g, ds = all[i].gradient_variance - s;
    gg += weights[i] * dg * dg;
    gs += weights[i] * dg * ds;
    ss += weights[i] * ds * ds;
  }
  EXPECT_NEAR(mean.mean().gradient_square, g, 1e-12);
  EXPECT_NEAR(mean.mean().gradient_variance, s, 1e-12);
  EXPECT_NEAR(mean.batches(), 1 / squares, 1e-9 / squares);
  const double factor = squares / (1 - squares);
  const MomentCovariance c = mean.covariance_of_mean();
  EXPECT_NEAR(c.square, gg * factor, 1e-12);
  EXPECT_NEAR(c.both, gs * factor, 1e-12);
  EXPECT_NEAR(c.variance, ss * factor, 1e-12);
}

TEST(MeanMoments, AreExponentialFromTheFirstUpdateOn) {
  const std::vector<Moments> all = some_moments(40);
  for (const double keep : {0.0, 0.5, 0.9}) {
    MeanMoments mean;
    std::vector<double> weights;
    for (const Moments& m : all) {
      mean.add(m, keep);
      for (double& w : weights) w *= keep;
      weights.push_back(weights.empty() ? 1 : 1 - keep);
    }
    if (keep > 0)
      expect_weighted(mean, all, weights);
    else
      EXPECT_EQ(mean.mean().gradient_square, all.back().gradient_square);
  }
}

TEST(MeanMoments, WithEqualWeightsHaveTheVarianceOfAMean) {
  const std::vector<Moments> all = some_moments(9);
  MeanMoments mean;
  for (const Moments& m : all) mean.add_equally(m);
  expect_weighted(mean, all, std::vector<double>(9, 1 / 9.0));
  EXPECT_NEAR(mean.batches(), 9, 1e-9);
}

TEST(MeanMoments, CountAsManyBatchesAsTheirWeightsAreWorth) {
  MeanMoments mean;
  for (const Moments& m : some_moments(2000)) mean.add(m, 0.95);
  EXPECT_NEAR(mean.batches(), 1.95 / 0.05, 1e-6);
}

TEST(MeanMoments, OfOneUpdateHaveNoInterval) {
  MeanMoments mean;
  EXPECT_TRUE(mean.empty());
  EXPECT_EQ(mean.batches(), 0);
  mean.add({2, 8}, 0.9);
  EXPECT_EQ(mean.scale().examples, 4);
  EXPECT_FALSE(mean.scale().high);
  EXPECT_EQ(mean.scale().low, 0);
}

// The mean of the ratios of the same updates is far off, and may be negative.
TEST(MeanMoments, AreDividedOnlyAfterTheMean) {
  MeanMoments mean;
  mean.add_equally({1, 10});
  mean.add_equally({-0.9, 10});
  mean.add_equally({1.1, 10});
  EXPECT_NEAR(mean.scale().examples.value(), 25, 1e-12);
}

TEST(MeanMoments, AreReadAsTheyWereWritten) {
  MeanMoments mean;
  for (const Moments& m : some_moments(5)) mean.add(m, 0.7);
  const nlohmann::json json = mean;
  MeanMoments read = json.get<MeanMoments>();
  EXPECT_EQ(nlohmann::json(read), json);
  read.add({1, 2}, 0.7);
  mean.add({1, 2}, 0.7);
  EXPECT_EQ(nlohmann::json(read), nlohmann::json(mean)) << "and continue alike";
  for (const auto& [key, value] : json.items()) {
    nlohmann::json bad = json;
    bad[key] = 1e300;
    EXPECT_THROW(bad.get<MeanMoments>(), JsonError) << key;
    bad.erase(key);
    EXPECT_THROW(bad.get<MeanMoments>(), JsonError) << key;
  }
}

}  // namespace
}  // namespace prenorm::noise
