// The critical batch size of made-up losses.
#include "prenorm/studies/critical_batch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "prenorm/base/random.h"
#include "test_seed.h"

namespace prenorm::studies {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(CriticalBatch, IsWhereTheLineOverTheLogarithmMeetsTheTolerance) {
  const std::vector<BranchLosses> branches{{1, {0, 0}}, {2, {0.01, 0.01}}, {4, {0.03, 0.03}}, {8, {0.1, 0.1}}};
  EXPECT_NEAR(critical_batch(branches, 0.02).factor, 2 * std::sqrt(2.0), 1e-12) << "half way from 2 to 4";
  EXPECT_NEAR(critical_batch(branches, 0.005).factor, std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(critical_batch(branches, 0.03).factor, 4, 1e-12);
  EXPECT_FALSE(critical_batch(branches, 0.03).is_largest);
  const CriticalBatch sharp = critical_batch(branches, 0.02);
  EXPECT_NEAR(sharp.interval->low, sharp.factor, 1e-12) << "seeds that agree";
  EXPECT_NEAR(sharp.interval->high, sharp.factor, 1e-12);
}

TEST(CriticalBatch, IsTheLargestTriedIfNoneLosesMore) {
  const std::vector<BranchLosses> branches{{1, {0, 0}}, {4, {-0.01, 0.01}}, {8, {0.002, 0.004}}};
  const CriticalBatch critical = critical_batch(branches, 0.01);
  EXPECT_TRUE(critical.is_largest);
  EXPECT_EQ(critical.factor, 8);
  EXPECT_EQ(critical.interval->high, kInfinity);
  EXPECT_LE(critical.interval->low, 8);
}

TEST(CriticalBatch, ADivergedBranchIsTooLarge) {
  const std::vector<BranchLosses> branches{{1, {0, 0, 0}}, {2, {0, 0, 0}}, {4, {0, kInfinity, 0}}};
  const CriticalBatch critical = critical_batch(branches, 0.01);
  EXPECT_DOUBLE_EQ(critical.factor, 2);
  EXPECT_FALSE(critical.is_largest);
  EXPECT_NEAR(critical.interval->high, 2, 1e-12);
}

TEST(CriticalBatch, OneSeedHasNoInterval) {
  EXPECT_FALSE(critical_batch(std::vector<BranchLosses>{{1, {0}}, {2, {1}}}, 0.1).interval);
  EXPECT_FALSE(critical_batch(std::vector<BranchLosses>{{1, {0, 0}}, {2, {1}}}, 0.1).interval);
}

// Losses that rise by `slope` for each doubling, with noise within each seed: the interval contains the true factor
// about 19 times in 20. Over 400 draws the count has a standard deviation of 4.4; the bound is 4 of them below.
TEST(CriticalBatch, TheIntervalContainsTheTruth) {
  RandomStream random(test::test_seed(1));
  constexpr double kSlope = 0.02, kTolerance = 0.05, kNoise = 0.008;
  const double truth = std::exp2(kTolerance / kSlope);
  int contained = 0;
  constexpr int kDraws = 400;
  for (int draw = 0; draw < kDraws; ++draw) {
    std::vector<BranchLosses> branches;
    for (int doublings = 0; doublings <= 5; ++doublings) {
      BranchLosses& b = branches.emplace_back(BranchLosses{std::exp2(doublings), {}});
      for (int seed = 0; seed < 4; ++seed) {
        double noise = 0;  // the sum of 12 uniform numbers, of variance 1
        for (int i = 0; i < 12; ++i) noise += static_cast<double>(random.below(1'000'000)) / 1e6 - 0.5;
        b.difference.push_back(doublings == 0 ? 0 : kSlope * doublings + kNoise * noise);
      }
    }
    const CriticalBatch critical = critical_batch(branches, kTolerance);
    contained += critical.interval->contains(truth) ? 1 : 0;
    EXPECT_LE(critical.interval->low, critical.factor * (1 + 1e-12));
    EXPECT_GE(critical.interval->high, critical.factor * (1 - 1e-12));
  }
  EXPECT_GE(contained, 0.95 * kDraws - 18);
}

}  // namespace
}  // namespace prenorm::studies
