#include "prenorm/html/decimate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "prenorm/base/random.h"

namespace prenorm::html {
namespace {

Series noisy(std::size_t n) {
  RandomStream random(7);
  Series s{"a", {}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    s.x.push_back(static_cast<double>(i + 1));
    s.y.push_back(static_cast<double>(random.below(1'000'000)) / 1000);
  }
  return s;
}

// The interval of x that a point falls into, by the definition.
std::size_t interval_of(double x, const Series& s, std::size_t intervals) {
  const double share = (x - s.x.front()) / (s.x.back() - s.x.front());
  return std::min(intervals - 1, static_cast<std::size_t>(share * static_cast<double>(intervals)));
}

TEST(Decimated, KeepsTheExtremaOfEveryInterval) {
  constexpr std::size_t kIntervals = 50;
  const Series all = noisy(10'007);
  const Series few = decimated(all, kIntervals);
  std::vector<double> low(kIntervals, INFINITY), high(kIntervals, -INFINITY), kept_low = low, kept_high = high;
  const auto note = [&](const Series& s, std::vector<double>& lows, std::vector<double>& highs) {
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      const std::size_t k = interval_of(s.x[i], all, kIntervals);
      lows[k] = std::min(lows[k], s.y[i]);
      highs[k] = std::max(highs[k], s.y[i]);
    }
  };
  note(all, low, high);
  note(few, kept_low, kept_high);
  EXPECT_EQ(kept_low, low);
  EXPECT_EQ(kept_high, high);
  EXPECT_LE(few.x.size(), 2 * kIntervals + 2);
  EXPECT_EQ(few.x.front(), 1);
  EXPECT_EQ(few.x.back(), 10'007);
  EXPECT_TRUE(std::is_sorted(few.x.begin(), few.x.end()));
}

TEST(Decimated, KeepsPairsTogetherAndShortSeriesAsTheyAre) {
  const Series all = noisy(5000);
  const Series few = decimated(all, 100);
  for (std::size_t i = 0; i < few.x.size(); ++i) EXPECT_EQ(few.y[i], all.y[static_cast<std::size_t>(few.x[i]) - 1]);
  const Series brief = noisy(200);
  EXPECT_EQ(decimated(brief, 100).x, brief.x);
}

TEST(Decimated, KeepsGaps) {
  Series all = noisy(1000);
  all.y[500] = NAN;
  const Series few = decimated(all, 10);
  EXPECT_EQ(std::count_if(few.y.begin(), few.y.end(), [](double y) { return std::isnan(y); }), 1);
}

TEST(Decimated, TakesXThatStandStill) {
  Series all = noisy(1000);
  std::fill(all.x.begin(), all.x.end(), 3.0);
  const Series few = decimated(all, 10);
  EXPECT_EQ(*std::max_element(few.y.begin(), few.y.end()), *std::max_element(all.y.begin(), all.y.end()));
  EXPECT_LE(few.x.size(), 4U);
}

TEST(LimitPoints, SaysWhatItDid) {
  Chart chart{.title = "T", .x_label = "x", .y_label = "y", .series = {noisy(100'000), noisy(10)}, .note = "N."};
  limit_points(chart, 2000);
  EXPECT_LE(chart.series[0].x.size(), 1002U);
  EXPECT_EQ(chart.series[1].x.size(), 10U);
  EXPECT_EQ(chart.note,
            "N. Lines have up to 100,000 points; the lowest and highest in each of 500 intervals are shown.");
  Chart brief{.title = "T", .x_label = "x", .y_label = "y", .series = {noisy(10)}, .note = "N."};
  limit_points(brief);
  EXPECT_EQ(brief.note, "N.");
}

}  // namespace
}  // namespace prenorm::html
