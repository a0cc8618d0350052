// The order of rates and the conclusions, on losses given by a formula.
#include "prenorm/studies/rate_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace prenorm::studies {
namespace {

using Loss = std::function<std::optional<double>(double rate)>;

studies::RateSearch searched(double start, const Loss& loss) {
  studies::RateSearch search(start);
  while (const auto rate = search.next()) {
    search.add({*rate, loss(*rate), 0});
    EXPECT_LT(search.trials().size(), 40U) << "the search must end";
    if (search.trials().size() >= 40U) break;
  }
  return search;
}

// Learning is the better the larger the rate; past the edge the model is stuck, or gone.
std::optional<double> stuck_past(double edge, double rate) {
  return rate <= edge ? 6 - 0.5 * std::log10(rate / 1e-7) : 6;
}

TEST(RateSearch, FindsTheEdgeFromBelowAndFromAbove) {
  for (const double edge : {3e-5, 7e-4, 2e-2})
    for (const double start : {1e-6, 1e-4, 1e-3}) {
      const studies::RateSearch search = searched(start, [edge](double rate) { return stuck_past(edge, rate); });
      ASSERT_TRUE(search.largest_stable() && search.smallest_unstable()) << edge << " from " << start;
      EXPECT_LE(*search.largest_stable(), edge);
      EXPECT_GT(*search.smallest_unstable(), edge);
      EXPECT_LE(*search.smallest_unstable() / *search.largest_stable(), 1.5);
      EXPECT_LE(search.trials().size(), 14U);
    }
}

TEST(RateSearch, DivergedAndNonFiniteAreUnstable) {
  for (const std::optional<double> gone : {std::optional<double>(), std::optional<double>(NAN)}) {
    const studies::RateSearch search =
        searched(1e-2, [&](double rate) { return rate < 1e-3 ? std::optional(5.0) : gone; });
    EXPECT_LT(search.largest_stable().value(), 1e-3);
    EXPECT_GE(search.smallest_unstable().value(), 1e-3);
  }
}

TEST(RateSearch, ALossWithinTheToleranceIsStable) {
  const studies::RateSearch search = searched(1e-3, [](double rate) {
    return rate > 1e-2 ? 5.3 : rate > 1e-3 ? 5.15 : 5.0;
  });
  EXPECT_LE(search.largest_stable().value(), 1e-2);
  EXPECT_GT(search.largest_stable().value(), 1e-2 / 1.5);
}

// All of these losses are within 0.2 of each other: what matters is what has been learned at all.
TEST(RateSearch, StuckAtTokenFrequenciesIsUnstableWhereASmallerRateLearned) {
  studies::RateSearch search(1e-3);
  for (const auto& [rate, nll] : {std::pair{1e-5, 6.9}, {1e-4, 6.15}, {1e-3, 6.02}, {3e-3, 6.1}, {1e-2, 6.2}})
    search.add({rate, nll, 6.22});
  EXPECT_EQ(search.largest_stable(), 3e-3) << "0.08 of 0.2 nats is less than half";
  EXPECT_EQ(search.smallest_unstable(), 1e-2);
}

TEST(RateSearch, EndsWithoutAnEdge) {
  const studies::RateSearch always = searched(1e-3, [](double) { return 5.0; });
  EXPECT_FALSE(always.smallest_unstable());
  EXPECT_GE(always.largest_stable().value(), 1e2);
  const studies::RateSearch never = searched(1e-3, [](double) { return std::nullopt; });
  EXPECT_FALSE(never.largest_stable());
}

TEST(RateSearch, ARateIsComparedWithTwoSmallerOnesFirst) {
  studies::RateSearch search(1e-3);
  EXPECT_EQ(search.next(), 1e-3);
  search.add({1e-3, 5.0, 0});
  EXPECT_FALSE(search.largest_stable());
  EXPECT_EQ(search.next(), 1.3e-4);
  search.add({1.3e-4, 4.0, 0});
  EXPECT_FALSE(search.largest_stable()) << "1.3e-4 has been compared with nothing";
  EXPECT_EQ(search.next(), 1.6e-5);
  search.add({1.6e-5, 4.5, 0});
  EXPECT_FALSE(search.largest_stable());
  search.add({2e-6, 5.0, 0});
  EXPECT_EQ(search.largest_stable(), 1.3e-4);
  EXPECT_EQ(search.next(), 3.6e-4);
}

}  // namespace
}  // namespace prenorm::studies
