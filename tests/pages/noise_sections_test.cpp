// The noise scale of runs on their page, also while they train.
#include "prenorm/pages/noise_sections.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "files/temporary_folder.h"
#include "pages/made_runs.h"
#include "prenorm/base/error.h"
#include "prenorm/pages/library_page.h"
#include "prenorm/pages/live_page.h"
#include "prenorm/probe/noise_probe.h"

namespace prenorm::pages {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string noise_line(int step, double norm, const char* total) {
  return fmt::format(
      R"({{"type":"noise_scale","step":{},"updates":{},"updates_without_estimate":0,"updates_in_mean":9.5,)"
      R"("examples_per_update":8,"target_tokens_per_example":10,"noise_scale_by_group":{{"norm":{{"examples":{},)"
      R"("low_examples":2,"high_examples":null,"target_tokens":1,"gradient_square":0.5,"gradient_variance":4}},)"
      R"("total":{}}},"noise_scale_by_layer":{{"encoder.layers.0":{{"examples":7,"low_examples":0,"high_examples":9,)"
      R"("gradient_square":0.5,"gradient_variance":3.5}}}}}})"
      "\n",
      step, step, norm, total);
}

constexpr const char* kTotalPart =
    R"({"examples":84,"low_examples":61,"high_examples":120,"target_tokens":840,"gradient_square":0.25,"gradient_variance":21})";
constexpr const char* kNoTotal =
    R"({"examples":null,"low_examples":61,"high_examples":null,"target_tokens":null,"gradient_square":-0.25,"gradient_variance":21})";

html::Page page_of(const std::vector<std::filesystem::path>& paths) {
  Library library(paths, /*live=*/false);
  library.update();
  return library_page(library, "prenorm report");
}

const html::Section& section_in(const html::Page& page) {
  for (const html::Section& section : page.sections)
    if (section.heading == "Gradient noise scale") return section;
  throw std::out_of_range("noise scale");
}

TEST(NoiseSection, DrawsARunsGroupsWithTheIntervalOfTheWhole) {
  const test::TemporaryFolder folder;
  test::make_run(folder / "a");
  test::append(folder / "a" / "metrics.jsonl", noise_line(10, 8, kNoTotal) + noise_line(20, 9, kTotalPart));
  const html::Page page = page_of({folder / "a"});
  EXPECT_TRUE(page.problems.empty());
  const html::Section& section = section_in(page);
  const auto& whole = std::get<html::Chart>(section.blocks[0]);
  ASSERT_EQ(whole.series.size(), 3U);
  EXPECT_EQ(whole.series[0].name, "a");
  EXPECT_TRUE(std::isnan(whole.series[0].y[0])) << "no estimate";
  EXPECT_EQ(whole.series[0].y[1], 84);
  EXPECT_EQ(whole.series[1].y[0], 61);
  EXPECT_TRUE(std::isnan(whole.series[2].y[0])) << "no upper bound";
  EXPECT_TRUE(whole.series[2].dashed);
  const auto& groups = std::get<html::Chart>(section.blocks[1]);
  ASSERT_EQ(groups.series.size(), 2U);
  EXPECT_EQ(groups.series[0].name, "norm");
  EXPECT_THAT(groups.series[0].y, ElementsAre(8, 9));
  const auto& table = std::get<html::Table>(section.blocks[2]);
  ASSERT_EQ(table.rows.size(), 3U) << "two groups and a layer";
  EXPECT_THAT(table.rows[0], ElementsAre("a", "norm", "9", "2", "no upper bound", "90", "0.5000", "4"));
  EXPECT_THAT(table.rows[1], ElementsAre("a", "total", "84", "61", "120", "840", "0.2500", "21"));
  EXPECT_EQ(table.rows[2][1], "encoder.layers.0");
  EXPECT_EQ(page.highlights.back().value, "84");
  EXPECT_THAT(page.highlights.back().label, HasSubstr("95 %: 61 to 120"));
  EXPECT_THAT(html_page(page), HasSubstr("no upper bound"));
}

TEST(NoiseSection, ComparesRunsAndIsLeftOutWithoutAny) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a", "b"}) test::make_run(folder / name);
  for (const html::Section& section : page_of({folder / "a", folder / "b"}).sections)
    EXPECT_NE(section.heading, "Gradient noise scale");
  for (const char* name : {"a", "b"}) test::append(folder / name / "metrics.jsonl", noise_line(20, 9, kTotalPart));
  const html::Page page = page_of({folder / "a", folder / "b"});
  const html::Section& section = section_in(page);
  EXPECT_EQ(std::get<html::Chart>(section.blocks[0]).series.size(), 6U);
  const auto& table = std::get<html::Table>(section.blocks[1]);
  EXPECT_EQ(table.rows.size(), 4U) << "groups of both runs, no layers";
  EXPECT_EQ(table.runs.size(), 4U);
}

TEST(NoiseSection, IsLiveWhileARunTrains) {
  const test::TemporaryFolder folder;
  test::make_run(folder / "a", {.finished = false});
  {
    LivePage page({folder / "a"}, "prenorm report a");
    EXPECT_THAT(*page.answer(/*drawings=*/false).html, Not(HasSubstr("Gradient noise scale")));
  }
  test::append(folder / "a" / "metrics.jsonl", noise_line(30, 9, kTotalPart));
  LivePage page({folder / "a"}, "prenorm report a");
  EXPECT_THAT(*page.answer(/*drawings=*/false).html, HasSubstr("Gradient noise scale"));
  EXPECT_THAT(*page.answer(/*drawings=*/true).html, HasSubstr("gradient noise scale (total), 95 %: 61 to 120"));
}

probe::NoiseProbe some_probe() {
  probe::NoiseProbe p{.model = "pre_ln",
                      .checkpoint = "run/checkpoints/000010",
                      .batches = 8,
                      .large_batches = 4,
                      .examples = 64,
                      .target_tokens_per_example = 10};
  p.by_example = {{{"norm", {8, 2, {}}, {0.5, 4}}, {"total", {84, 61, 120.0}, {0.25, 21}}},
                  {{"encoder.layers.2", {7, 0, 9.0}, {0.5, 3.5}}, {"encoder.layers.10", {9, 0, {}}, {0.5, 4.5}}}};
  p.two_batch = p.by_example;
  p.two_batch.groups[1].scale = {90, 40, {}};
  return p;
}

TEST(NoiseSection, ComparesTheEstimatorsOfAProbe) {
  const html::Section section = noise_section({"runs/noise.json", nlohmann::json(to_json(some_probe()))});
  EXPECT_EQ(section.heading, "Noise scale: noise");
  const auto& groups = std::get<html::Table>(section.blocks[1]);
  ASSERT_EQ(groups.rows.size(), 2U);
  EXPECT_THAT(groups.rows[1], ElementsAre("total", "84", "61", "120", "90", "40", "no upper bound", "0.2500", "21"));
  const auto& layers = std::get<html::Table>(section.blocks[2]);
  EXPECT_EQ(layers.rows[0][0], "encoder.layers.2");
  nlohmann::json bad = to_json(some_probe());
  bad["two_batch"]["by_group"].erase("norm");
  for (const nlohmann::json& json : {bad, nlohmann::json::object()})
    EXPECT_THAT(
        [&] {
          noise_section({"noise.json", json});
        },
        ::testing::ThrowsMessage<DataError>(HasSubstr("is not output of `prenorm probe --noise-scale --json`")));
}

TEST(NoiseSection, TakesLinesThatLackTheirParts) {
  const test::TemporaryFolder folder;
  test::make_run(folder / "a");
  test::append(
      folder / "a" / "metrics.jsonl",
      "{\"type\":\"noise_scale\",\"step\":21}\n{\"type\":\"noise_scale\",\"step\":22,\"noise_scale_by_group\":3}\n");
  EXPECT_TRUE(page_of({folder / "a"}).problems.empty());
}

}  // namespace
}  // namespace prenorm::pages
