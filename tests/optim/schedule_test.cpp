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
      {c(kLinear, 0), 1, 1},
      {c(kLinear, 0), 1001, 0.5},
      {c(kLinear, 0), 2000, 1.0 / 2000},
      {c(kLinear, 0), 2001, 0},
      {c(kLinear, 0, 0), 1001, 0.5},
      {c(kLinear, 1), 1, 1},
      {c(kLinear, 1), 2000, 0},
      {c(kLinear, 500), 250, 0.5},
      {c(kLinear, 500), 1250, 0.5},
      {c(kLinear, 0, 1000), 1000, 1},
      {c(kLinear, 0, 1000), 1500, 0.5},
      {c(kLinear, 0, -1, 0.2), 1001, 0.6},
      {c(kLinear, 0, -1, 0.2), 2000, 0.2 + 0.8 / 2000},
      {c(kLinear, 0, -1, 0.2), 9999, 0.2},
      {c(kCosine, 500), 500, 1},
      {c(kCosine, 500), 1250, 0.5},
      {c(kCosine, 500), 2000, 0},
      {c(kCosine, 0, 1000, 0.5), 1500, 0.75},
      {c(kCosine, 0), 1, 1},
      {c(kCosine, 0), 501, (1 + std::sqrt(0.5)) / 2},
      {c(kCosine, 0), 2000, (1 + std::cos(std::numbers::pi * 1999 / 2000)) / 2},
      {c(kCosine, 0, -1, 0.1), 2001, 0.1},
      {c(kCosine, 0, -1, 0.1), 9999, 0.1},
  };
  for (const Expected& e : cases)
    EXPECT_NEAR(learning_rate(e.schedule, kLr, kMax, e.step, 1), kLr * e.ratio, 1e-15 * kLr)
        << enum_name(e.schedule.name) << " warmup " << e.schedule.warmup_steps << " start "
        << e.schedule.decay_start_steps << " step " << e.step;
}

TEST(Schedule, WarmupIsLinearAndEndsAtThePeak) {
  for (const ScheduleName name : kAll)
    for (const std::int64_t warmup : {1, 2, 500})
      for (std::int64_t t = 1; t <= warmup; ++t)
        EXPECT_DOUBLE_EQ(learning_rate({name, warmup}, kLr, kMax, t, 1),
                         kLr * static_cast<double>(t) / static_cast<double>(warmup));
}

// And the last one changes something: a run of M updates makes M updates.
TEST(Schedule, WithoutWarmupTheFirstUpdateHasTheFullRateAndTheLastSome) {
  for (const ScheduleName name : kAll)
    for (const std::int64_t start : {-1, 0, 1})
      EXPECT_EQ(learning_rate({name, 0, start}, kLr, kMax, 1, 1), kLr) << enum_name(name) << " " << start;
  for (const ScheduleName name : kAll) EXPECT_GT(learning_rate({name, 0}, kLr, kMax, kMax, 1), 0) << enum_name(name);
}

// What get_linear_schedule_with_warmup() of transformers gives for 10 updates, none of them of warm-up.
TEST(Schedule, LinearWithoutWarmupIsThatOfHuggingFace) {
  for (std::int64_t t = 1; t <= 10; ++t)
    EXPECT_NEAR(learning_rate({ScheduleName::kLinear, 0}, 1e-3, 10, t, 1), 1e-4 * static_cast<double>(11 - t), 1e-18);
}

// No jump where one piece meets the next: no step changes the rate by more than the steepest slope of any piece.
TEST(Schedule, IsContinuousFallsAfterTheDecayStartsAndStaysInBounds) {
  for (const ScheduleName name : kAll)
    for (const std::int64_t warmup : {0, 1, 500})
      for (const std::int64_t start : {-1, 0, 100, 500, 800, 2000})
        for (const double ratio : {0.0, 0.3, 1.0}) {
          const ScheduleConfig schedule{name, warmup, start, ratio};
          const std::int64_t decay = std::max({warmup, start, std::int64_t{1}});
          double last = learning_rate(schedule, kLr, kMax, decay, 1);
          for (std::int64_t t = decay + 1; t <= kMax; ++t) {
            const double rate = learning_rate(schedule, kLr, kMax, t, 1);
            const double way = static_cast<double>(std::max<std::int64_t>(1, kMax - decay));
            const double slope = std::max(std::numbers::pi / 2 / way, 1 / (2.0 * static_cast<double>(decay)));
            EXPECT_LE(rate, last);
            EXPECT_LE(last - rate, kLr * slope * 1.001) << enum_name(name) << t;
            EXPECT_GE(rate, 0);
            last = rate;
          }
        }
}

// rate(step, epoch) = rate(step) · factor^n, n as the header has it, written out epoch by epoch.
TEST(Schedule, DecaysByEpochWhateverItsShape) {
  struct Decay {
    std::int64_t start, every;
    std::vector<int> powers;  // of epochs 1, 2, ...
  };
  const std::vector<Decay> decays{{0, 0, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}, {8, 0, {0, 0, 0, 0, 0, 0, 0, 1, 1, 1}},
                                  {6, 0, {0, 0, 0, 0, 0, 1, 1, 1, 1, 1}}, {1, 0, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
                                  {3, 2, {0, 0, 1, 1, 2, 2, 3, 3, 4, 4}}, {2, 1, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}};
  for (const ScheduleName name : kAll)
    for (const Decay& d : decays)
      for (const double factor : {0.1, 0.5, 1.0})
        for (std::int64_t epoch = 1; epoch <= 10; ++epoch)
          for (const std::int64_t t : {1, 50, 100, 1500}) {
            const ScheduleConfig plain{name, 100}, decaying{name, 100, -1, 0, d.start, d.every, factor};
            double expected = learning_rate(plain, kLr, kMax, t, epoch);
            for (int i = 0; i < d.powers[epoch - 1]; ++i) expected *= factor;
            EXPECT_NEAR(learning_rate(decaying, kLr, kMax, t, epoch), expected, 1e-14 * kLr) << epoch << " " << d.start;
          }
}

// Xiong et al. 2020, appendix A: Pre-LN on IWSLT14 at 5e-4, a tenth of it from epoch 8 on.
TEST(Schedule, OfPreLnOnIwslt) {
  ScheduleConfig schedule{ScheduleName::kConstant};
  schedule.epoch_decay_start = 8;
  EXPECT_EQ(learning_rate(schedule, 5e-4, kMax, 1, 1), 5e-4);
  EXPECT_EQ(learning_rate(schedule, 5e-4, kMax, 700, 7), 5e-4);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 5e-4, kMax, 701, 8), 5e-5);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 5e-4, kMax, 1900, 15), 5e-5);
}

// If every update has k tokens, a schedule in tokens with k times the lengths gives the rates of the one in updates.
TEST(Schedule, InTokensIsTheOneInUpdatesIfAllHaveEqualTokens) {
  for (const std::int64_t k : {1, 7, 4096})
    for (const ScheduleName name : kAll)
      for (const std::int64_t warmup : {0, 1, 30})
        for (const std::int64_t start : {-1, 0, 20, 50}) {
          if (name == ScheduleName::kInverseSqrt && std::max(warmup, start) <= 0) continue;  // refused by validate()
          const ScheduleConfig updates{name, warmup, start, 0.1};
          ScheduleConfig tokens{name, k * warmup, start < 0 ? start : k * start, 0.1};
          tokens.unit = ScheduleUnit::kTokens;
          for (const std::int64_t t : {1, 2, 20, 30, 31, 50, 77, 100, 120})
            EXPECT_NEAR(learning_rate(tokens, kLr, {k * (t - 1), k * t, k * 100, 1}),
                        learning_rate(updates, kLr, 100, t, 1), 1e-15 * kLr)
                << enum_name(name) << " " << k << " " << warmup << " " << start << " " << t;
        }
}

TEST(Schedule, InTokensDependsOnTheTokensAloneNotOnTheUpdatesThatHadThem) {
  ScheduleConfig schedule{ScheduleName::kCosine, 1000, -1, 0.1};
  schedule.unit = ScheduleUnit::kTokens;
  EXPECT_EQ(learning_rate(schedule, kLr, {5900, 6000, 10'000, 1}),
            learning_rate(schedule, kLr, {2000, 6000, 10'000, 1}));
  EXPECT_DOUBLE_EQ(learning_rate(schedule, kLr, {0, 250, 10'000, 1}), kLr / 4);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, kLr, {9900, 10'060, 10'000, 1}), kLr / 10) << "beyond the end";
}

TEST(Schedule, EdgesOfShortRunsAreFinite) {
  for (const ScheduleName name : kAll)
    for (const std::int64_t max : {1, 2, 10})
      for (const std::int64_t warmup : {0, 1, 10, 20})
        for (const std::int64_t start : {-1, 0, 5, 10, 40})
          for (std::int64_t t = 1; t <= max + 2; ++t) {
            const double rate = learning_rate({name, warmup, start, 0.1}, kLr, max, t, 1);
            EXPECT_TRUE(rate > 0 && rate <= kLr)
                << enum_name(name) << " " << max << " " << warmup << " " << t << " " << rate;
          }
}

}  // namespace
}  // namespace prenorm::optim
