#include "prenorm/html/page_data.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace prenorm::html {
namespace {

TEST(PageData, HasTheNumbersOfTheFigures) {
  const Chart chart{.title = "Loss",
                    .x_label = "update",
                    .y_label = "nats",
                    .log_y = true,
                    .series = {{"a", {1, 100'000'001, 3}, {2.3456789, NAN, 1e-7}, true, "run/a", 4}, {"b", {}, {}}},
                    .note = ""};
  const HeatMap map{.title = "H",
                    .x_label = "x",
                    .y_label = "y",
                    .x = {"1"},
                    .y = {"r"},
                    .panels = {{"p", {0.5}}},
                    .value_label = ""};
  const auto json = nlohmann::json::parse(page_data({{"loss", &chart}}, {{"h", &map}}));
  const auto& c = json.at("charts").at(0);
  EXPECT_EQ(c.at("key"), "loss");
  EXPECT_EQ(c.at("logY"), true);
  EXPECT_EQ(c.at("logX"), false);
  const auto& s = c.at("series").at(0);
  EXPECT_EQ(s.at("run"), "run/a");
  EXPECT_EQ(s.at("look"), 4);
  EXPECT_EQ(s.at("dashed"), true);
  EXPECT_EQ(s.at("x"), nlohmann::json({1, 100'000'001, 3}));
  EXPECT_EQ(s.at("y"), nlohmann::json({2.34568, nullptr, 1e-7}));
  // A series without a look of its own has that of its place.
  EXPECT_EQ(c.at("series").at(1).at("look"), 1);
  EXPECT_EQ(json.at("heats").at(0).at("panels").at(0).at("values"), nlohmann::json({0.5}));
}

TEST(PageData, CannotEndItsElement) {
  const std::string evil = "</script><!--\xFF";
  const Chart chart{
      .title = evil, .x_label = evil, .y_label = evil, .series = {{evil, {1}, {1}, false, evil}}, .note = ""};
  const std::string text = page_data({{"k", &chart}}, {});
  EXPECT_EQ(text.find('<'), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(text).at("charts").at(0).at("xLabel"), "</script><!--\xEF\xBF\xBD");
}

}  // namespace
}  // namespace prenorm::html
