#include "prenorm/html/axis.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "html/not_numbers.h"
#include "prenorm/base/random.h"

namespace prenorm::html {
namespace {

Axis axis(const std::vector<double>& values, AxisOptions options = {}) { return Axis(values, options); }

std::vector<std::string> labels(const Axis& a) {
  std::vector<std::string> out;
  for (const Tick& t : a.ticks()) out.push_back(t.label);
  return out;
}

// Whether v is 1, 2 or 5 times a power of ten.
bool is_round(double v) {
  const double lead = v / std::pow(10, std::floor(std::log10(v) + 1e-9));
  return std::abs(lead - 1) < 1e-6 || std::abs(lead - 2) < 1e-6 || std::abs(lead - 5) < 1e-6;
}

// What holds for every axis: ordered, inside, labels all different.
void expect_sound(const Axis& a) {
  ASSERT_LT(a.low(), a.high());
  ASSERT_GE(a.ticks().size(), 2u) << a.low() << " " << a.high();
  ASSERT_LE(a.ticks().size(), 20u) << a.low() << " " << a.high();
  std::set<std::string> seen;
  for (std::size_t i = 0; i < a.ticks().size(); ++i) {
    const double p = a.position(a.ticks()[i].value);
    EXPECT_GE(p, -1e-6);
    EXPECT_LE(p, 1 + 1e-6);
    if (i > 0) {
      EXPECT_GT(a.ticks()[i].value, a.ticks()[i - 1].value);
    }
    EXPECT_TRUE(seen.insert(a.ticks()[i].label).second)
        << a.ticks()[i].label << " twice in " << a.low() << " " << a.high();
  }
}

TEST(Axis, RoundStepIsOneTwoOrFiveTimesAPowerOfTen) {
  EXPECT_DOUBLE_EQ(round_step(10, 5), 2);
  EXPECT_DOUBLE_EQ(round_step(600, 6), 100);
  EXPECT_DOUBLE_EQ(round_step(1, 6), 0.2);
  RandomStream random(name_key("round_step"));
  for (int i = 0; i < 1000; ++i) {
    const double range = std::pow(10, 40 * random.uniform() - 20);
    const int pieces = 1 + static_cast<int>(random.below(12));
    const double step = round_step(range, pieces);
    EXPECT_TRUE(is_round(step)) << step;
    EXPECT_LE(range / pieces / step, std::sqrt(2.5) * 1.0001);
    EXPECT_GE(range / pieces / step, 1 / std::sqrt(2.5) / 1.0001);
  }
}

TEST(Axis, LinearTicksAreEvenRoundAndComplete) {
  RandomStream random(name_key("linear"));
  for (int i = 0; i < 1000; ++i) {
    const double size = std::pow(10, 24 * random.uniform() - 12);
    const double low = size * (2 * random.uniform() - 1);
    const double high = low + size * (0.01 + random.uniform());
    const Axis a = axis({low, high}, {.padding = 0.05});
    expect_sound(a);
    const double step = a.ticks()[1].value - a.ticks()[0].value;
    EXPECT_TRUE(is_round(step)) << step;
    for (const Tick& t : a.ticks()) EXPECT_NEAR(t.value / step, std::round(t.value / step), 1e-6);
    EXPECT_LE(a.low(), low);
    EXPECT_GE(a.high(), high);
    // No tick is missing at either end.
    EXPECT_LT(a.ticks().front().value - a.low(), step * 1.001);
    EXPECT_LT(a.high() - a.ticks().back().value, step * 1.001);
  }
}

TEST(Axis, LogTicksAreSound) {
  RandomStream random(name_key("log"));
  for (int i = 0; i < 1000; ++i) {
    const double low = std::pow(10, 40 * random.uniform() - 20);
    const Axis a = axis({low, low * std::pow(10, 12 * random.uniform())}, {.log = true, .padding = 0.05});
    expect_sound(a);
    EXPECT_GT(a.low(), 0);
  }
}

TEST(Axis, PositionsRunFromZeroToOne) {
  const Axis linear = axis({2, 6}, {});
  EXPECT_DOUBLE_EQ(linear.position(2), 0);
  EXPECT_DOUBLE_EQ(linear.position(3), 0.25);
  EXPECT_DOUBLE_EQ(linear.position(6), 1);
  const Axis log = axis({1, 10000}, {.log = true});
  EXPECT_NEAR(log.position(100), 0.5, 1e-12);
}

TEST(Axis, KnownTicks) {
  EXPECT_EQ(labels(axis({0, 1})), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(labels(axis({0, 1.5})), (std::vector<std::string>{"0", "0.2", "0.4", "0.6", "0.8", "1.0", "1.2", "1.4"}));
  EXPECT_EQ(labels(axis({-0.5, 0.5})), (std::vector<std::string>{"−0.4", "−0.2", "0", "0.2", "0.4"}));
  EXPECT_EQ(labels(axis({1, 6})), (std::vector<std::string>{"1", "2", "3", "4", "5", "6"}));
  EXPECT_EQ(labels(axis({1, 3000})),
            (std::vector<std::string>{"0", "500", "1,000", "1,500", "2,000", "2,500", "3,000"}));
  EXPECT_EQ(labels(axis({0.001, 10}, {.log = true})), (std::vector<std::string>{"0.001", "0.01", "0.1", "1", "10"}));
  EXPECT_EQ(labels(axis({0.1, 2}, {.log = true})), (std::vector<std::string>{"0.1", "0.2", "0.5", "1", "2"}));
  EXPECT_EQ(labels(axis({1e-8, 1e-6}, {.log = true})).front(), "10⁻⁸");
}

TEST(Axis, WholeNumbersHaveNoFractionsBetween) {
  EXPECT_EQ(labels(axis({1, 2})), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(labels(axis({3})), (std::vector<std::string>{"2", "3", "4"}));
}

TEST(Axis, WhatIsNotNegativeIsNotShownBelowZero) {
  EXPECT_EQ(axis({0.0, 1.5}, {.padding = 0.05}).low(), 0);
  EXPECT_LT(axis({-0.1, 1.5}, {.padding = 0.05}).low(), -0.1);
}

TEST(Axis, DegenerateValuesStillGiveAnAxis) {
  const double huge = std::numeric_limits<double>::max();
  const double tiny = std::numeric_limits<double>::denorm_min();
  const std::vector<std::vector<double>> cases = {{},     {kNan},          {kInf, -kInf},   {0},           {-3.5},
                                                  {1e9},  {0, 0, 0},       {tiny},          {huge, -huge}, {kNan, 2.5},
                                                  {1e15}, {-1e149, 1e149}, {1e-140, 1e140}, {1, 1 + 1e-15}};
  for (const auto& values : cases) {
    expect_sound(axis(values, {.padding = 0.05}));
    expect_sound(axis(values, {.log = true, .padding = 0.05}));
  }
}

TEST(Axis, DrawableOnLogMeansPositive) {
  EXPECT_TRUE(is_drawable(0, false));
  EXPECT_FALSE(is_drawable(0, true));
  EXPECT_FALSE(is_drawable(-1, true));
  EXPECT_TRUE(is_drawable(1e-30, true));
  EXPECT_FALSE(is_drawable(kNan, false));
  EXPECT_FALSE(is_drawable(kInf, false));
}

TEST(Axis, ValuesToRead) {
  EXPECT_EQ(format_value(0), "0");
  EXPECT_EQ(format_value(600), "600");
  EXPECT_EQ(format_value(1234567), "1,234,567");
  EXPECT_EQ(format_value(3.14159), "3.142");
  EXPECT_EQ(format_value(-0.04321), "−0.04321");
  EXPECT_EQ(format_value(9999.96), "10,000");
  EXPECT_EQ(format_value(2.5e-7), "2.5×10⁻⁷");
  EXPECT_EQ(format_value(1e12), "10¹²");
  EXPECT_EQ(format_value(kNan), "not a number");
  EXPECT_EQ(format_value(kInf), "infinite");
}

}  // namespace
}  // namespace prenorm::html
