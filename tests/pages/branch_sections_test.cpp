// The section of a page about branches of a run.
#include "prenorm/pages/branch_sections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace prenorm::pages {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

studies::BranchStudy made_study() {
  studies::BranchStudy study;
  study.start = {.run = "runs/first run", .step = 500, .batches_per_update = 2, .tokens_per_batch = 100};
  for (const std::int64_t factor : {1, 2, 4}) {
    studies::BranchRow& row = study.rows.emplace_back();
    row.factor = factor;
    row.finished = 3;
    row.loss = {.n = 3, .mean = 2, .lowest = 1, .highest = 3};
  }
  study.rows[0].difference = Estimate{0, 0, 3};
  study.rows[1].difference = Estimate{0.02, 0.01, 3};
  study.rows[2].difference = Estimate{std::numeric_limits<double>::infinity(), 0, 3};
  study.tolerance = 0.03;
  study.critical = {.factor = 2, .interval = Interval{1.5, 2}};
  return study;
}

template <class Block>
const Block& block_of(const html::Section& section) {
  for (const html::Block& block : section.blocks)
    if (const auto* found = std::get_if<Block>(&block)) return *found;
  throw std::runtime_error("no such block");
}

TEST(BranchSection, DrawsTheLossOverTheBatchSizeAndSaysTheCriticalOne) {
  const html::Section section = branch_section(made_study(), "x: ");
  EXPECT_EQ(section.heading, "x: How large the batch may be");
  const auto& chart = block_of<html::Chart>(section);
  ASSERT_EQ(chart.series.size(), 4U);
  EXPECT_THAT(chart.series[0].x, ElementsAre(200, 400)) << "a branch that diverged has no place";
  EXPECT_THAT(chart.series[1].y, ElementsAre(0, 0.01));
  EXPECT_THAT(chart.series[3].y, ElementsAre(0.03, 0.03));
  const auto& table = block_of<html::Table>(section);
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[1].back(), "+0.0200 ± 0.0100");
  EXPECT_EQ(table.rows[2].back(), "diverged");
  EXPECT_THAT(block_of<html::Text>(section).paragraphs.front(), HasSubstr("2 times the 2 batches"));
  html::Page page;
  page.sections = {section};
  EXPECT_FALSE(html::html_page(page).empty());
}

TEST(BranchSection, ItsCommandCanBePasted) {
  EXPECT_EQ(
      branches_command(made_study(), "studies/b"),
      "prenorm study 'runs/first run' --checkpoint 500 \\\n  --branch-batch 1,2,4 --seeds 3 --output studies/b\n");
}

}  // namespace
}  // namespace prenorm::pages
