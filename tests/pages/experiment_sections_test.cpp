// The page about experiments has their checks, figures and commands, whatever the paper.
#include "prenorm/pages/experiment_sections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "papers/made_results.h"

namespace prenorm::pages {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kClaims[] = {"Slopes are level.", "It grows."};
constexpr papers::Experiment kMade{
    .name = "made-slopes", .citation = "Nobody 2001", .claims = kClaims, .setup = "Nothing.", .time = "0 s"};

TEST(ExperimentPage, ShowsChecksFiguresAndCommands) {
  const papers::Reproduced made{&kMade, {1, true}, 75, papers::made_results()};
  const html::Page page = reproduction_page({made});
  EXPECT_EQ(page.title, "Reproduced: made-slopes");
  EXPECT_EQ(page.highlights[0].value, "1");
  EXPECT_EQ(page.highlights[0].unit, "of 2");
  const std::string text = html_page(page);
  for (const char* part : {"Nobody 2001", "Slopes are level.", "It grows.", "1 of 2 checks hold (1 seed, quick; 1:15)",
                           "✓ holds", "✗ fails", "d_model 128, seed 2", "at least twice (Figure 2)", "A figure",
                           "A map", "A sentence.", "prenorm reproduce made-slopes --quick\n"})
    EXPECT_THAT(text, HasSubstr(part));
}

TEST(ExperimentPage, DrawsTheoryInTheColourOfWhatItIsAbout) {
  const html::Section section = experiment_section({&kMade, {5, false}, 1, papers::made_results()});
  const html::Chart* chart = nullptr;
  for (const html::Block& block : section.blocks)
    if (const auto* found = std::get_if<html::Chart>(&block)) chart = found;
  ASSERT_NE(chart, nullptr);
  EXPECT_FALSE(chart->series[0].dashed);
  EXPECT_TRUE(chart->series[1].dashed);
  EXPECT_EQ(chart->series[1].look, chart->series[0].look);
}

TEST(ExperimentPage, NamesSeedsThatAreNotTheDefault) {
  const papers::Reproduced five{&kMade, {5, false}, 1, papers::made_results()},
      usual{&kMade, {kMade.seeds, false}, 1, papers::made_results()};
  EXPECT_THAT(html_page(reproduction_page({five})), HasSubstr("prenorm reproduce made-slopes --seeds 5\n"));
  EXPECT_EQ(reproduction_page({usual, five}).highlights[1].value, "2");
  EXPECT_THAT(html_page(reproduction_page({usual})), Not(HasSubstr("--seeds")));
}

}  // namespace
}  // namespace prenorm::pages
