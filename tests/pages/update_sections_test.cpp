#include "prenorm/pages/update_sections.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/base/json_kind.h"
#include "prenorm/files/file.h"
#include "prenorm/pages/library_page.h"
#include "prenorm/probe/weight_updates_text.h"

namespace prenorm::pages {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

probe::UpdateFigures figures(std::vector<double> values) {
  probe::UpdateFigures f;
  f.rows = f.columns = static_cast<std::int64_t>(values.size());
  for (const double s : values) f.norm = std::hypot(f.norm, s);
  f.stable_rank = f.norm * f.norm / (values[0] * values[0]);
  f.rank_of_90_percent = 1;
  f.energy_in_top = {{1, values[0] * values[0] / (f.norm * f.norm)}};
  f.singular_values = std::move(values);
  return f;
}

probe::WeightUpdates updates() {
  return {"pre_ln, 1+1 layers, d_model 2",
          "run/checkpoints/000500",
          "seed 1",
          {{std::nullopt, "embedding", 0.5, figures({1, 1})},
           {Layer{Stack::kEncoder, 0}, "self_attention.query", 0.5, figures({2, 0})},
           {Layer{Stack::kDecoder, 0}, "self_attention.query", 0.5, figures({3, 4})},
           {Layer{Stack::kDecoder, 0}, "feed_forward.up", 0.5, figures({1, 1})}},
          {figures({1, 1})}};
}

Printed printed(const nlohmann::json& json) { return {"runs/updates.json", json}; }

TEST(UpdateSection, DrawsSpectraAndRanks) {
  const html::Section section = update_section(printed(updates()));
  EXPECT_EQ(section.heading, "Updates: updates");
  ASSERT_EQ(section.blocks.size(), 7U);
  const auto& encoder = std::get<html::Chart>(section.blocks[0]);
  EXPECT_EQ(encoder.title, "Spectra of the updates: encoder");
  ASSERT_EQ(encoder.series.size(), 2U);
  EXPECT_TRUE(encoder.series[0].dashed) << "the random matrix";
  EXPECT_THAT(encoder.series[0].y, ElementsAre(DoubleEq(0.5), DoubleEq(0.5)));
  EXPECT_EQ(encoder.series[1].name, "self_attention.query");
  EXPECT_THAT(encoder.series[1].y, ElementsAre(1, 0));
  EXPECT_EQ(std::get<html::Chart>(section.blocks[1]).series.size(), 3U);
  const auto& map = std::get<html::HeatMap>(section.blocks[2]);
  EXPECT_THAT(map.x, ElementsAre("encoder 1", "decoder 1"));
  EXPECT_THAT(map.y, ElementsAre("self_attention.query", "feed_forward.up"));
  ASSERT_EQ(map.panels.at(0).values.size(), 4U);
  EXPECT_DOUBLE_EQ(map.panels[0].values[0], 0.5) << "rank 1 of 2";
  EXPECT_TRUE(std::isnan(map.panels[0].values[2])) << "the encoder of this file has no such matrix";
  const auto& table = std::get<html::Table>(section.blocks[4]);
  ASSERT_EQ(table.rows.size(), 4U);
  EXPECT_EQ(table.rows[0][0], "embedding");
  EXPECT_EQ(table.rows[2][0], "decoder 1, self_attention.query");
  EXPECT_EQ(table.header.back(), "top 1");
}

TEST(UpdateSection, RefusesWhatIsNone) {
  nlohmann::json without_random = updates();
  without_random["random"] = nlohmann::json::array();
  nlohmann::json empty = updates();
  empty["matrices"] = nlohmann::json::array();
  for (const nlohmann::json& wrong : {nlohmann::json::object(), without_random, empty})
    EXPECT_THAT([&] { update_section(printed(wrong)); },
                ThrowsMessage<DataError>(HasSubstr("is not output of `prenorm probe --updates --json`")));
}

TEST(UpdateSection, IsOnThePageOfItsFile) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "low.json", with_kind(json_kinds::kWeightUpdates, nlohmann::json(updates())).dump());
  Library library({folder / "low.json"}, /*live=*/false);
  library.update();
  const html::Page page = library_page(library, "prenorm report");
  EXPECT_EQ(page.title, "Updates: low");
  EXPECT_EQ(page.sections.front().heading, "Updates: low");
  EXPECT_THAT(page.problems, ::testing::IsEmpty());
  EXPECT_THAT(html_page(page), HasSubstr("Stable rank of the updates"));
}

}  // namespace
}  // namespace prenorm::pages
