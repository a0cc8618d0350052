#include "prenorm/html/heat_map.h"

#include <gtest/gtest.h>

#include <cmath>

#include "html/markup.h"
#include "prenorm/base/error.h"
#include "prenorm/html/colour_scale.h"

namespace prenorm::html {
namespace {

HeatMap small_map() {
  return {.title = "Loss",
          .x_label = "rate",
          .y_label = "warm-up",
          .x = {"1e-3", "2e-3"},
          .y = {"0", "100"},
          .panels = {{"pre_ln", {2.0, 4.0, 3.0, NAN}, {"", "", "", "diverged"}}},
          .value_label = "nats"};
}

bool map_has(const std::string& text, std::string_view piece) { return text.find(piece) != std::string::npos; }

TEST(HeatMap, OfFewColumnsIsATableWithItsNumbers) {
  const std::string html = heat_map_html(small_map());
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_TRUE(map_has(html, "<th scope=\"row\">0</th><td style=\"background:#440154;color:#fff\">2</td>"));
  EXPECT_TRUE(map_has(html, "<td style=\"background:#fde725;color:#000\">4</td>"));
  EXPECT_TRUE(map_has(html, "<td class=\"marked\">diverged</td>"));
  EXPECT_TRUE(map_has(html, "<caption>pre_ln</caption>"));
}

TEST(HeatMap, BrightIsLowWhereThatIsBetter) {
  HeatMap map = small_map();
  map.low_is_bright = true;
  EXPECT_TRUE(map_has(heat_map_html(map), "<td style=\"background:#fde725;color:#000\">2</td>"));
}

TEST(HeatMap, OfManyColumnsIsAPictureThatIsDescribed) {
  HeatMap map = small_map();
  map.log = true;
  map.x.clear();
  map.panels = {{"run", {}}};
  for (int row = 0; row < 2; ++row)
    for (int column = 0; column < 40; ++column) map.panels[0].values.push_back(row == 0 ? 1.0 : 10.0 + column);
  for (int column = 0; column < 40; ++column) map.x.push_back(std::to_string(column));
  const std::string html = heat_map_html(map);
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_TRUE(map_has(html, "viewBox=\"0 0 40 2\""));
  // Cells of one colour that stand in a row are one rectangle.
  EXPECT_TRUE(map_has(html, "d=\"M0,0h40v1h-40z\""));
  EXPECT_TRUE(map_has(html, "0: 1 at the start, 1 at the end. 100: 10 at the start, 49 at the end."));
}

TEST(HeatMap, EscapesAndRefuses) {
  HeatMap map = small_map();
  map.x_label = map.y_label = map.x[0] = map.y[0] = map.panels[0].name = map.value_label = "<i>&\"";
  map.panels[0].texts[3] = "<i>&\"";
  EXPECT_EQ(markup_fault(heat_map_html(map)), "");
  EXPECT_FALSE(map_has(heat_map_html(map), "<i>"));
  map.panels[0].values.pop_back();
  EXPECT_THROW(heat_map_html(map), Error);
}

TEST(HeatMap, WithoutAnyValueIsStillWellFormed) {
  HeatMap map = small_map();
  map.panels[0].values.assign(4, NAN);
  EXPECT_EQ(markup_fault(heat_map_html(map)), "");
  EXPECT_EQ(markup_fault(heat_map_html({})), "");
}

TEST(ColourScale, GoesFromLowToHigh) {
  const double values[] = {1, 100, NAN, INFINITY, -5};
  const ColourScale log(values, true, false);
  EXPECT_DOUBLE_EQ(log.share(1), 0);
  EXPECT_DOUBLE_EQ(log.share(10), 0.5);
  EXPECT_DOUBLE_EQ(log.share(100), 1);
  EXPECT_FALSE(log.shows(-5));
  const ColourScale reversed(values, false, true);
  EXPECT_DOUBLE_EQ(reversed.share(-5), 1);
  EXPECT_DOUBLE_EQ(reversed.share(100), 0);
  const double same[] = {3, 3};
  EXPECT_DOUBLE_EQ(ColourScale(same, false, false).share(3), 0.5);
}

// WCAG 2 asks for 4.5 to 1.
TEST(ColourScale, TextReadsOnEveryColour) {
  const auto channel = [](const std::string& colour, std::size_t at) {
    const double c = std::stoi(colour.substr(at, 2), nullptr, 16) / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  for (int i = 0; i <= 100; ++i) {
    const std::string colour = scale_colour(i / 100.0);
    const double light = 0.2126 * channel(colour, 1) + 0.7152 * channel(colour, 3) + 0.0722 * channel(colour, 5);
    const double contrast = text_on(i / 100.0) == "#fff" ? 1.05 / (light + 0.05) : (light + 0.05) / 0.05;
    EXPECT_GE(contrast, 4.5) << colour;
  }
}

}  // namespace
}  // namespace prenorm::html
