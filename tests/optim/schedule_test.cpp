// Learning-rate schedules against their formulas, written out.
#include "prenorm/optim/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace prenorm::optim {
namespace {

constexpr double kLr = 3e-4;
constexpr std::int64_t kMax = 2000;
constexpr std::array kAll{ScheduleName::kConstant, ScheduleName::kInverseSqrt, ScheduleName::kLinear,
                          ScheduleName::kCosine};

struct Expected {
  ScheduleConfig schedule;
  std::int64_t step;
  double ratio;  // of the peak
};

// Each ratio is worked out by hand from the formula of the schedule.
TEST(Schedule, EqualsValuesWorkedOutByHand) {
  const auto c = [](ScheduleName name, std::int64_t warmup, std::int64_t start = -1, double ratio = 0.0) {
    return ScheduleConfig{name, warmup, start, ratio};
  };
  using enum ScheduleName;
  const std::vector<Expected> cases{
      {c(kConstant, 0), 1, 1},
      {c(kConstant, 0), 5000, 1},
      {c(kConstant, 500), 125, 0.25},
      {c(kConstant, 500, 700), 1999, 1},
      {c(kInverseSqrt, 500), 1, 0.002},
      {c(kInverseSqrt, 500), 2000, 0.5},
      {c(kInverseSqrt, 1), 1, 1},
      {c(kInverseSqrt, 1), 4, 0.5},
      {c(kInverseSqrt, 0), 1, 1},
      {c(kInverseSqrt, 0), 4000, 1},
      {c(kInverseSqrt, 0), 16'000, 0.5},
      {c(kInverseSqrt, 0, 100), 100, 1},
      {c(kInverseSqrt, 0, 100), 400, 0.5},
      {c(kInverseSqrt, 0, 0), 1, 1},
      {c(kInverseSqrt, 0, 0), 4, 0.5},
      {c(kInverseSqrt, 500, 1000), 700, 1},
      {c(kInverseSqrt, 500, 1000), 4000, 0.5},
      {c(kInverseSqrt, 500, 100), 2000, 0.5},  // a decay before the end of warm-up starts there
      {c(kLinear, 0), 1, 1 - 1.0 / 2000},
      {c(kLinear, 0), 1000, 0.5},
      {c(kLinear, 0), 2000, 0},
      {c(kLinear, 500), 250, 0.5},
      {c(kLinear, 500), 1250, 0.5},
      {c(kLinear, 0, 1000), 1000, 1},
      {c(kLinear, 0, 1000), 1500, 0.5},
      {c(kLinear, 0, -1, 0.2), 1000, 0.6},
      {c(kLinear, 0, -1, 0.2), 2000, 0.2},
      {c(kLinear, 0, -1, 0.2), 9999, 0.2},
      {c(kCosine, 500), 500, 1},
      {c(kCosine, 500), 1250, 0.5},
      {c(kCosine, 500), 2000, 0},
      {c(kCosine, 0, 1000, 0.5), 1500, 0.75},
      {c(kCosine, 0), 500, (1 + std::sqrt(0.5)) / 2},
      {c(kCosine, 0, -1, 0.1), 2000, 0.1},
      {c(kCosine, 0, -1, 0.1), 9999, 0.1},
  };
  for (const Expected& e : cases)
    EXPECT_NEAR(learning_rate(e.schedule, kLr, kMax, e.step), kLr * e.ratio, 1e-15 * kLr)
        << enum_name(e.schedule.name) << " warmup " << e.schedule.warmup_steps << " start "
        << e.schedule.decay_start_steps << " step " << e.step;
}

TEST(Schedule, WarmupIsLinearAndEndsAtThePeak) {
  for (const ScheduleName name : kAll)
    for (const std::int64_t warmup : {1, 2, 500})
      for (std::int64_t t = 1; t <= warmup; ++t)
        EXPECT_DOUBLE_EQ(learning_rate({name, warmup}, kLr, kMax, t),
                         kLr * static_cast<double>(t) / static_cast<double>(warmup));
}

TEST(Schedule, WithoutWarmupTheFirstUpdateHasTheFullRate) {
  EXPECT_EQ(learning_rate({ScheduleName::kConstant, 0}, kLr, kMax, 1), kLr);
  EXPECT_EQ(learning_rate({ScheduleName::kInverseSqrt, 0}, kLr, kMax, 1), kLr);
  EXPECT_EQ(learning_rate({ScheduleName::kLinear, 0, 1}, kLr, kMax, 1), kLr);
  EXPECT_NEAR(learning_rate({ScheduleName::kLinear, 0}, kLr, kMax, 1), kLr, kLr / kMax * 1.001);
  EXPECT_NEAR(learning_rate({ScheduleName::kCosine, 0}, kLr, kMax, 1), kLr, kLr / kMax);
}

// No jump where one piece meets the next: no step changes the rate by more than the steepest slope of any piece.
TEST(Schedule, IsContinuousFallsAfterTheDecayStartsAndStaysInBounds) {
  for (const ScheduleName name : kAll)
    for (const std::int64_t warmup : {0, 1, 500})
      for (const std::int64_t start : {-1, 0, 100, 500, 800, 2000})
        for (const double ratio : {0.0, 0.3, 1.0}) {
          const ScheduleConfig schedule{name, warmup, start, ratio};
          const std::int64_t decay = std::max({warmup, start, std::int64_t{1}});
          double last = learning_rate(schedule, kLr, kMax, decay);
          for (std::int64_t t = decay + 1; t <= kMax; ++t) {
            const double rate = learning_rate(schedule, kLr, kMax, t);
            const double way = static_cast<double>(std::max<std::int64_t>(1, kMax - decay));
            const double slope = std::max(std::numbers::pi / 2 / way, 1 / (2.0 * static_cast<double>(decay)));
            EXPECT_LE(rate, last);
            EXPECT_LE(last - rate, kLr * slope * 1.001) << enum_name(name) << t;
            EXPECT_GE(rate, 0);
            last = rate;
          }
        }
}

TEST(Schedule, EdgesOfShortRunsAreFinite) {
  for (const ScheduleName name : kAll)
    for (const std::int64_t max : {1, 2, 10})
      for (const std::int64_t warmup : {0, 1, 10, 20})
        for (const std::int64_t start : {-1, 0, 5, 10, 40})
          for (std::int64_t t = 1; t <= max + 2; ++t) {
            const double rate = learning_rate({name, warmup, start, 0.1}, kLr, max, t);
            EXPECT_TRUE(rate > 0 && rate <= kLr)
                << enum_name(name) << " " << max << " " << warmup << " " << t << " " << rate;
          }
}

}  // namespace
}  // namespace prenorm::optim
