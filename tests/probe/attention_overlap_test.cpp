// The quadratures against sampled softmax rows, and their limits.
#include "prenorm/probe/attention_overlap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "prenorm/base/random.h"
#include "test_seed.h"

namespace prenorm::probe {
namespace {

double gaussian(RandomStream& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
  return radius * std::cos(2 * std::numbers::pi * random.uniform());
}

// Means over `samples` of Σ A² and Σ A A' for two rows of `keys` correlated scores.
AttentionOverlap sampled(double variance, double correlation, int keys, int samples, std::uint64_t key) {
  RandomStream random(mix_key({test::test_seed(key)}));
  AttentionOverlap mean;
  std::vector<double> a(static_cast<std::size_t>(keys)), b(a.size());
  for (int i = 0; i < samples; ++i) {
    double za = 0, zb = 0, own = 0, shared = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
      const double x = gaussian(random),
                   y = correlation * x + std::sqrt(1 - correlation * correlation) * gaussian(random);
      za += a[j] = std::exp(std::sqrt(variance) * x);
      zb += b[j] = std::exp(std::sqrt(variance) * y);
    }
    for (std::size_t j = 0; j < a.size(); ++j) {
      own += a[j] * a[j] / (za * za);
      shared += a[j] * b[j] / (za * zb);
    }
    mean.own += own / samples;
    mean.shared += shared / samples;
  }
  return mean;
}

TEST(AttentionOverlap, IsThatOfSampledRows) {
  std::uint64_t key = 100;
  for (const int keys : {2, 9, 40})
    for (const double variance : {0.3, 2.0, 9.0})
      for (const double correlation : {0.0, 0.6, 0.95}) {
        const AttentionOverlap exact =
            overlap_of(variance, correlation, {static_cast<double>(keys), static_cast<double>(keys)});
        const AttentionOverlap mean = sampled(variance, correlation, keys, 20'000, key++);
        EXPECT_NEAR(exact.own / mean.own, 1, 0.02) << keys << " keys, variance " << variance;
        EXPECT_NEAR(exact.shared / mean.shared, 1, 0.03)
            << keys << " keys, variance " << variance << ", " << correlation;
      }
}

TEST(AttentionOverlap, HasItsClosedForms) {
  for (const double keys : {1.0, 3.0, 50.0}) {
    EXPECT_NEAR(overlap_of(0, 0.4, {keys, keys}).own, 1 / keys, 1e-12) << "uniform";
    EXPECT_NEAR(overlap_of(1e-8, 0.4, {keys, keys}).own, 1 / keys, 1e-6) << "nearly uniform";
    EXPECT_NEAR(overlap_of(1e-8, 0.4, {keys, keys}).shared, 1 / keys, 1e-6);
    EXPECT_NEAR(overlap_of(2, 1, {keys, keys}).shared, overlap_of(2, 1, {keys, keys}).own, 1e-6) << "equal queries";
  }
  EXPECT_NEAR(overlap_of(2, 0, {7, 7}).shared, 1.0 / 7, 1e-6) << "unrelated queries";
  // To first order in the variance: (1 + v (1 - 1/n)) / n, and with the correlation for two queries.
  EXPECT_NEAR(overlap_of(1e-3, 0.5, {10, 10}).own, 0.1 * (1 + 1e-3 * 0.9), 1e-6);
  EXPECT_NEAR(overlap_of(1e-3, 0.5, {10, 10}).shared, 0.1 * (1 + 0.5e-3 * 0.9), 1e-6);
}

// The Random Energy Model: below v = 2 ln n attention spreads over many keys, above it the largest weights remain. It
// converges slowly, as ln ln n / ln n.
TEST(AttentionOverlap, ApproachesTheLimitOfManyKeys) {
  const double keys = 1e6, critical = 2 * std::log(keys);
  EXPECT_EQ(overlap_in_limit(0.5 * critical, keys).own, 0);
  EXPECT_EQ(overlap_in_limit(0, keys).own, 0);
  EXPECT_NEAR(overlap_in_limit(4 * critical, keys).own, 0.5, 1e-12);
  EXPECT_LT(overlap_of(0.25 * critical, 0, {keys, 1}).own, 0.005);
  for (const double above : {1.5, 2.0, 3.0})
    EXPECT_NEAR(overlap_of(above * critical, 0, {keys, 1}).own, overlap_in_limit(above * critical, keys).own, 0.1);
}

TEST(AttentionOverlap, CountsTheKeysOfCausalQueries) {
  const std::vector<double> one{3}, two{1, 3};
  const KeyCounts all = keys_of(one, /*causal=*/false), causal = keys_of(one, /*causal=*/true);
  EXPECT_EQ(all.own, 3);
  EXPECT_EQ(all.shared, 3);
  EXPECT_NEAR(1 / causal.own, (1 + 1.0 / 2 + 1.0 / 3) / 3, 1e-12);
  EXPECT_NEAR(1 / causal.shared, (1.0 / 2 + 1.0 / 3 + 1.0 / 3) / 3, 1e-12) << "pairs (1, 2), (1, 3), (2, 3)";
  EXPECT_NEAR(keys_of(two, false).own, 2, 1e-12) << "four queries, the mean of 1/keys is a half";
  EXPECT_NEAR(keys_of(two, false).shared, 3, 1e-12) << "all pairs are in the longer sequence";
  EXPECT_EQ(keys_of({}, false).own, 1);
}

}  // namespace
}  // namespace prenorm::probe
