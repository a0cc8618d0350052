// Checks pass or fail as they should, and results survive a round trip through JSON.
#include "prenorm/papers/results.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "papers/made_results.h"
#include "prenorm/base/json.h"

namespace prenorm::papers {
namespace {

using nlohmann::json;

Check between(double low, double high, double measured) { return {"c", "s", {}, measured, 0, {low, high}, "what"}; }

TEST(Check, PassesWithinItsIntervalAndNeverForNaN) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(between(0, 1, 0).pass());
  EXPECT_TRUE(between(0, 1, 1).pass());
  EXPECT_FALSE(between(0, 1, 1.001).pass());
  EXPECT_TRUE(between(2, kInfinity, 1e9).pass());
  EXPECT_FALSE(between(-kInfinity, kInfinity, std::nan("")).pass());
}

TEST(Check, ReadsAsASentenceDoes) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(accepted_text(between(0.4, 1.2, 0)), "0.4 to 1.2");
  EXPECT_EQ(accepted_text(between(2, kInfinity, 0)), "at least 2");
  EXPECT_EQ(accepted_text(between(-kInfinity, 0.5, 0)), "at most 0.5");
  EXPECT_EQ(accepted_text(between(0, 0, 0)), "exactly 0");
  const Results r = made_results();
  EXPECT_EQ(title_of(r.checks[0]), "slope (d_model 128, seed 2)");
  EXPECT_EQ(title_of(r.checks[1]), "growth");
  EXPECT_EQ(table_of(r.checks),
            "check   setting              measured  predicted  accepted\n"
            "slope   d_model 128, seed 2      -0.1          0  -0.2 to 0.2  pass\n"
            "growth                            nan          2  at least 2   FAIL\n");
}

TEST(Results, FailWithOneCheck) {
  Results r = made_results();
  EXPECT_FALSE(r.pass());
  r.checks.pop_back();
  EXPECT_TRUE(r.pass());
}

TEST(Results, ComeBackFromJsonAsTheyWere) {
  const Results r = made_results();
  const std::string text = to_json(r).dump();
  const Results again = results_from_json(parse_json(text));
  EXPECT_EQ(to_json(again).dump(), text);
  EXPECT_EQ(again.checks[0].setting, r.checks[0].setting);
  EXPECT_TRUE(std::isnan(again.checks[1].measured));
  EXPECT_EQ(again.checks[1].accepted.high, std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(again.figures[0].curves[0].y[1]));
  EXPECT_TRUE(again.figures[0].curves[1].theory);
  EXPECT_TRUE(std::isnan(again.heat_maps[0].values[1]));
}

TEST(Results, AreRefusedWhereAFieldIsWrong) {
  const json good = to_json(made_results());
  const auto expect_refused = [](const json& bad) { EXPECT_THROW(results_from_json(bad), JsonError) << bad.dump(); };
  for (const char* name : {"checks", "figures", "heat_maps", "notes"}) {
    json bad = good;
    bad.erase(name);
    expect_refused(bad);
    bad[name] = 7;
    expect_refused(bad);
  }
  json bad = good;
  bad["checks"][0]["measured"] = "many";
  expect_refused(bad);
  bad = good;
  bad["checks"][0]["accepted"] = {1};
  expect_refused(bad);
  bad = good;
  bad["figures"][0]["curves"][0]["x"] = {1};
  expect_refused(bad);
  bad = good;
  bad["heat_maps"][0]["values"] = {1};
  expect_refused(bad);
  expect_refused(json(3));
}

}  // namespace
}  // namespace prenorm::papers
