#include "prenorm/batches/batch_cuts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "prenorm/base/random.h"

namespace prenorm::batches {
namespace {

using Cuts = std::vector<std::int64_t>;

// The fewest batches by dynamic programming.
std::int64_t fewest(const std::vector<std::int32_t>& costs, const batches::BatchLimits& limits) {
  std::vector<std::int64_t> best(costs.size() + 1, std::numeric_limits<std::int32_t>::max());
  best[0] = 0;
  for (std::size_t end = 1; end <= costs.size(); ++end) {
    std::int64_t cost = 0;
    for (std::size_t begin = end; begin-- > 0;) {
      cost += costs[begin];
      const auto items = static_cast<std::int64_t>(end - begin);
      if (items > 1 && (cost > limits.max_cost || (limits.max_items > 0 && items > limits.max_items))) break;
      best[end] = std::min(best[end], best[begin] + 1);
    }
  }
  return best.back();
}

TEST(BatchCuts, Examples) {
  EXPECT_EQ(cut_evenly({}, {10, 0}), Cuts{0});
  EXPECT_EQ(cut_evenly(std::vector<std::int32_t>{5}, {10, 0}), (Cuts{0, 1}));
  EXPECT_EQ(cut_evenly(std::vector<std::int32_t>{5}, {3, 0}), (Cuts{0, 1}));
  EXPECT_EQ(cut_evenly(std::vector<std::int32_t>{4, 4, 4}, {8, 0}), (Cuts{0, 2, 3}));
  EXPECT_EQ(cut_evenly(std::vector<std::int32_t>{1, 1, 1, 1000, 1}, {3, 0}), (Cuts{0, 3, 4, 5}));
}

TEST(BatchCuts, NoStragglerWhereTheLimitAllowsNone) {
  const std::vector<std::int32_t> costs(991, 10);
  const Cuts cuts = cut_evenly(costs, {100, 0});
  ASSERT_EQ(cuts.size(), 101U);  // filled from the front, 99 batches would have 10 items and the last 1
  for (std::size_t b = 0; b < 100; ++b) EXPECT_GE(cuts[b + 1] - cuts[b], 9) << b;
}

TEST(BatchCuts, LimitsHoldAndBatchesAreFewest) {
  RandomStream random(7);
  for (int trial = 0; trial < 3000; ++trial) {
    std::vector<std::int32_t> costs(random.below(30));
    for (auto& cost : costs) cost = static_cast<std::int32_t>(1 + random.below(trial % 2 == 0 ? 12 : 60));
    if (trial % 3 == 0) std::sort(costs.begin(), costs.end());
    const batches::BatchLimits limits{static_cast<std::int64_t>(1 + random.below(50)),
                                      static_cast<std::int64_t>(random.below(5))};
    const Cuts cuts = cut_evenly(costs, limits);
    EXPECT_EQ(std::ssize(cuts) - 1, fewest(costs, limits));
    EXPECT_EQ(std::ssize(cuts) - 1, count_batches(costs, limits));
    EXPECT_EQ(cuts.front(), 0);
    EXPECT_EQ(cuts.back(), std::ssize(costs));
    for (std::size_t b = 0; b + 1 < cuts.size(); ++b) {
      const std::int64_t items = cuts[b + 1] - cuts[b];
      ASSERT_GT(items, 0);
      const std::int64_t cost = std::accumulate(costs.begin() + cuts[b], costs.begin() + cuts[b + 1], std::int64_t{0});
      EXPECT_TRUE(items == 1 || cost <= limits.max_cost);
      EXPECT_TRUE(limits.max_items == 0 || items <= limits.max_items);
    }
  }
}

}  // namespace
}  // namespace prenorm::batches
