#include "prenorm/html/curve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <regex>
#include <set>

#include "html/markup.h"
#include "html/not_numbers.h"

namespace prenorm::html {
namespace {

constexpr Box kBox{0, 0, 100, 50};

Curve trace(const Series& series, const Chart& chart = {}) {
  return trace_curve(series, Axis(series.x, {}), Axis(series.y, {.log = chart.log_y}), kBox, chart);
}

TEST(Curve, MapsTheCornersOfTheBox) {
  const Curve curve = trace({"a", {0, 10}, {1, 3}});
  ASSERT_EQ(curve.runs.size(), 1u);
  EXPECT_EQ(path_data(curve), "M0,50 100,0");
}

TEST(Curve, LeavesGapsWhereThereIsNoValue) {
  const Curve curve = trace({"a", {0, 1, 2, 3, 4}, {1, 2, kNan, 2, 1}});
  EXPECT_EQ(curve.runs.size(), 2u);
  EXPECT_EQ(curve.drawn, 4u);
  EXPECT_EQ(curve.skipped, 1u);
  EXPECT_EQ(count_of(path_data(curve), "M"), 2u);
}

TEST(Curve, APointBetweenGapsIsADot) { EXPECT_EQ(path_data(trace({"a", {0, 1, 2}, {kNan, 1, kNan}})), "M50,25h0"); }

TEST(Curve, NothingToDrawIsNoPath) {
  const Curve curve = trace({"a", {1, 2}, {kNan, -std::numeric_limits<double>::infinity()}});
  EXPECT_EQ(curve.drawn, 0u);
  EXPECT_EQ(path_data(curve), "");
  EXPECT_EQ(marker_data(curve, 0), "");
}

TEST(Curve, LogAxisSkipsZeroAndBelow) {
  Chart chart;
  chart.log_y = true;
  const Curve curve = trace({"a", {0, 1, 2, 3}, {1, 0, -2, 100}}, chart);
  EXPECT_EQ(curve.skipped, 2u);
  EXPECT_EQ(curve.runs.size(), 2u);
}

TEST(Curve, ThinningKeepsEndsAndExtremes) {
  Series series{"a", {}, {}};
  for (int i = 0; i < 20000; ++i) {
    series.x.push_back(i);
    series.y.push_back(i == 7777 ? 9 : i == 12345 ? -9 : std::sin(i * 0.37));
  }
  const std::string path = path_data(trace(series));
  EXPECT_LT(path.size(), 3000u);
  const std::regex point("[M ](-?[0-9.]+),(-?[0-9.]+)");
  std::vector<std::pair<double, double>> points;
  for (std::sregex_iterator it(path.begin(), path.end(), point), end; it != end; ++it)
    points.emplace_back(std::stod((*it)[1]), std::stod((*it)[2]));
  EXPECT_EQ(points.front().first, 0);
  EXPECT_EQ(points.back().first, 100);
  double highest = 50;
  double lowest = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    highest = std::min(highest, points[i].second);
    lowest = std::max(lowest, points[i].second);
    if (i > 0) {
      EXPECT_GE(points[i].first, points[i - 1].first);
    }
  }
  EXPECT_EQ(highest, 0);
  EXPECT_EQ(lowest, 50);
}

TEST(Curve, ShapesDifferAndDenseCurvesHaveFewMarks) {
  std::set<std::string> shapes;
  for (std::size_t i = 0; i < 6; ++i) shapes.insert(marker_data(10, 10, i));
  EXPECT_EQ(shapes.size(), 6u);
  Series series{"a", {}, {}};
  for (int i = 0; i < 24; ++i) {
    series.x.push_back(i);
    series.y.push_back(i);
  }
  EXPECT_EQ(count_of(marker_data(trace(series), 1), "M"), 24u);
  for (int i = 24; i < 1000; ++i) {
    series.x.push_back(i);
    series.y.push_back(i);
  }
  for (std::size_t index = 0; index < 8; ++index) {
    const std::size_t marks = count_of(marker_data(trace(series), index), "M");
    EXPECT_GE(marks, 5u);
    EXPECT_LE(marks, 8u);
  }
}

TEST(Curve, CoordinatesAreShort) {
  EXPECT_EQ(coordinate(12), "12");
  EXPECT_EQ(coordinate(12.34), "12.3");
  EXPECT_EQ(coordinate(-0.01), "0");
}

}  // namespace
}  // namespace prenorm::html
