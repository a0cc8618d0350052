#include "prenorm/html/chart.h"

#include <gtest/gtest.h>

#include <limits>

#include "html/markup.h"
#include "html/not_numbers.h"
#include "prenorm/base/error.h"
#include "prenorm/base/random.h"

namespace prenorm::html {
namespace {

Chart three_runs() {
  Chart chart{.title = "Validation loss", .x_label = "update", .y_label = "nats per token", .series = {}, .note = ""};
  chart.series = {{"Pre-LN without warm-up", {100, 200, 300}, {5, 4, 3}},
                  {"Post-LN with warm-up", {100, 200, 300}, {6, 5, 4}},
                  {"Post-LN without warm-up", {100, 200, 300}, {6.5, kNan, 6.4}, true}};
  return chart;
}

bool has(const std::string& text, std::string_view piece) { return text.find(piece) != std::string::npos; }

// Both layouts; what every chart must be.
void expect_sound(const Chart& chart) {
  for (const ChartLayout layout : {ChartLayout::kWide, ChartLayout::kNarrow}) {
    const std::string svg = svg_chart(chart, layout);
    EXPECT_EQ(markup_fault(svg), "");
    for (const char* wrong : {"nan", "inf", "=\"-0\"", "e+", "e-0"}) {
      // Words of the description apart, no such thing may stand in an attribute.
      const std::string body = svg.substr(svg.find("</desc>"));
      EXPECT_FALSE(has(body, wrong)) << wrong << " in " << body;
    }
  }
}

TEST(Chart, HasWhatAReaderNeeds) {
  const std::string svg = svg_chart(three_runs());
  expect_sound(three_runs());
  EXPECT_TRUE(svg.starts_with("<svg class=\"chart wide\""));
  EXPECT_TRUE(has(svg, "viewBox=\"0 0 760 "));
  EXPECT_TRUE(has(svg, "role=\"img\""));
  EXPECT_TRUE(has(svg, "<title>Validation loss</title>"));
  EXPECT_TRUE(has(svg, "<desc>Line chart of nats per token against update."));
  EXPECT_TRUE(has(svg, "Pre-LN without warm-up: 5 at 100, 3 at 300."));
  EXPECT_TRUE(has(svg, "Post-LN without warm-up: 6.500 at 100, 6.400 at 300; 1 left out."));
  EXPECT_TRUE(has(svg, ">update</text>"));
  EXPECT_TRUE(has(svg, ">nats per token</text>"));
  EXPECT_EQ(count_of(svg, "class=\"series\""), 3u);
}

TEST(Chart, NamesEachLineOnceInEitherLayout) {
  for (const ChartLayout layout : {ChartLayout::kWide, ChartLayout::kNarrow})
    for (const Series& s : three_runs().series)
      EXPECT_EQ(count_of(svg_chart(three_runs(), layout), ">" + s.name + "</text>"), 1u);
}

TEST(Chart, LinesDifferWithoutColour) {
  const std::string svg = svg_chart(three_runs());
  // In the plot and in its key.
  EXPECT_EQ(count_of(svg, "stroke-dasharray"), 2u);
  EXPECT_TRUE(has(svg, "var(--series-1,#0072b2)"));
  EXPECT_TRUE(has(svg, "var(--series-3,#009e73)"));
}

TEST(Chart, PointerFindsTheValuesOfAllSeries) {
  const std::string svg = svg_chart(three_runs());
  EXPECT_EQ(count_of(svg, "class=\"hover\""), 3u);
  EXPECT_TRUE(has(svg,
                  "<title>update 100\nPre-LN without warm-up: 5\nPost-LN with warm-up: 6\n"
                  "Post-LN without warm-up: 6.500</title>"));
  EXPECT_TRUE(has(svg, "<title>update 200\nPre-LN without warm-up: 4\nPost-LN with warm-up: 5</title>"));
}

TEST(Chart, LoadsNothing) {
  const std::string svg = svg_chart(three_runs());
  for (const char* wrong : {"href", "url(", "<script", "<image", "@import", "<style"}) EXPECT_FALSE(has(svg, wrong));
  EXPECT_EQ(count_of(svg, "http"), 1u) << "only the name of the SVG namespace";
}

TEST(Chart, LongRunsStaySmall) {
  Chart chart = three_runs();
  RandomStream random(name_key("chart"));
  for (Series& s : chart.series) {
    s.x.clear();
    s.y.clear();
    for (int i = 0; i < 30000; ++i) {
      s.x.push_back(i);
      s.y.push_back(random.uniform());
    }
  }
  expect_sound(chart);
  EXPECT_LT(svg_chart(chart).size(), 60'000u);
}

TEST(Chart, DegenerateDataIsDrawnAsFarAsItGoes) {
  const std::vector<std::pair<std::vector<double>, std::vector<double>>> cases = {{{}, {}},
                                                                                  {{1}, {2}},
                                                                                  {{1, 2, 3}, {4, 4, 4}},
                                                                                  {{1, 2}, {kNan, kNan}},
                                                                                  {{1, 2}, {kInf, -kInf}},
                                                                                  {{0, 0}, {0, 0}},
                                                                                  {{kNan, 2}, {1, 2}},
                                                                                  {{1, 2}, {-1, 0}},
                                                                                  {{1, 2, 3}, {0, 1e300, 1e-300}},
                                                                                  {{3, 1, 2}, {1, 2, 3}}};
  for (const auto& [x, y] : cases) {
    for (const bool log : {false, true}) {
      Chart chart{.title = "t", .x_label = "x", .y_label = "y", .log_y = log, .log_x = log, .series = {}, .note = ""};
      expect_sound(chart);
      chart.series = {{"a", x, y}, {"b", {}, {}, true}};
      expect_sound(chart);
    }
  }
}

TEST(Chart, SaysWhenThereIsNothingToDraw) {
  Chart chart = three_runs();
  for (Series& s : chart.series) s.y = {kNan, kNan, kNan};
  EXPECT_TRUE(has(svg_chart(chart), ">no value to draw</text>"));
  EXPECT_FALSE(has(svg_chart(three_runs()), "no value to draw"));
}

TEST(Chart, DivergedValuesDoNotStretchTheAxes) {
  Chart chart = three_runs();
  chart.series[2].x.push_back(100000);
  chart.series[2].y.push_back(kInf);
  EXPECT_TRUE(has(svg_chart(chart), ">300</text>"));
  EXPECT_FALSE(has(svg_chart(chart), ">100,000</text>"));
}

TEST(Chart, EscapesNames) {
  Chart chart{.title = "<t>", .x_label = "a&b", .y_label = "\"y\"", .series = {{"<b>", {1}, {1}}}, .note = "<n>"};
  expect_sound(chart);
  EXPECT_FALSE(has(svg_chart(chart), "<b>"));
}

TEST(Chart, ManyAndLongNamesFit) {
  Chart chart = three_runs();
  for (int i = 0; i < 12; ++i) chart.series.push_back({std::string(80, 'x') + std::to_string(i), {1, 2}, {1.0 * i, 2}});
  expect_sound(chart);
  EXPECT_TRUE(has(svg_chart(chart), "…"));
}

TEST(Chart, LongAxisLabelsAreCutToTheWidth) {
  Chart chart = three_runs();
  chart.y_label = chart.x_label = std::string(70, 'y');
  EXPECT_TRUE(has(svg_chart(chart, ChartLayout::kNarrow), std::string(53, 'y') + "…</text>"));
  EXPECT_TRUE(has(svg_chart(chart, ChartLayout::kWide), ">" + chart.y_label + "</text>"));
}

TEST(Chart, OfLinesThatCoincideBothAreSeen) {
  Chart chart = three_runs();
  chart.series[0].dashed = true;
  chart.series[1].y = chart.series[0].y;
  chart.series[2].dashed = false;
  const std::string svg = svg_chart(chart);
  const std::string plot = svg.substr(svg.find("class=\"series\""));
  EXPECT_LT(plot.find("--series-2"), plot.find("--series-1")) << "what is drawn later lies above";
}

TEST(Chart, RefusesSeriesOfUnequalLength) {
  Chart chart = three_runs();
  chart.series[1].y.pop_back();
  try {
    svg_chart(chart);
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_STREQ(
        e.what(),
        "chart 'Validation loss': series 'Post-LN with warm-up' has 3 x and 2 y values; give one y for each x");
  }
}

}  // namespace
}  // namespace prenorm::html
