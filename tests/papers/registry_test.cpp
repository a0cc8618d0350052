// Every experiment of the registry is complete, and its quick form passes.
#include "prenorm/papers/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "papers/test_data.h"
#include "prenorm/base/error.h"

namespace prenorm::papers {
namespace {

TEST(Registry, HasCompleteExperimentsWithNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Experiment& e : experiments()) {
    SCOPED_TRACE(e.name);
    EXPECT_TRUE(names.insert(e.name).second);
    EXPECT_EQ(e.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string_view::npos);
    EXPECT_NE(e.name, "all");
    EXPECT_FALSE(e.citation.empty());
    EXPECT_FALSE(e.setup.empty());
    EXPECT_FALSE(e.time.empty());
    ASSERT_FALSE(e.claims.empty());
    for (const std::string_view claim : e.claims) EXPECT_LE(claim.size(), 100U) << "a line of the list: " << claim;
    EXPECT_GE(e.seeds, e.quick_seeds);
    EXPECT_GE(e.quick_seeds, 1);
    EXPECT_NE(e.run, nullptr);
  }
}

// The page of "xiong2020-theory" is that of the paper, xiong2020; a paper with one experiment has a page of its full
// name.
TEST(Registry, EveryPaperHasAPage) {
  const std::string pages = std::string(PRENORM_TEST_DIR) + "/../docs/papers/";
  for (const Experiment& e : experiments()) {
    // A paper with several experiments has one page.
    const auto has_page = [](std::string_view name) {
      return std::filesystem::exists(std::string(PRENORM_TEST_DIR) + "/../docs/papers/" + std::string(name) + ".md");
    };
    EXPECT_TRUE(has_page(e.name) || has_page(e.name.substr(0, e.name.find('-')))) << e.name;
  }
}

TEST(Registry, NamesTheNearestExperiment) {
  EXPECT_EQ(&find_experiment("xiong2020-warmup"), &experiments()[2]);
  try {
    find_experiment("xiong2020-warmpu");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("did you mean 'xiong2020-warmup'?"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("xiong2020-theory, "));
  }
}

// With the parts on real data where it is.
TEST(SlowExperiments, HoldInTheirQuickForm) {
  if (std::filesystem::exists(test::data_folder())) ::setenv("PRENORM_TEST_DATA", test::data_folder().c_str(), 1);
  for (const Experiment& e : experiments()) {
    SCOPED_TRACE(e.name);
    const Results results = e.run({e.quick_seeds, /*quick=*/true}, Cells());
    EXPECT_FALSE(results.checks.empty());
    EXPECT_FALSE(results.figures.empty());
    for (const Check& c : results.checks) EXPECT_TRUE(c.pass()) << title_of(c) << " " << c.measured << ", " << c.what;
    EXPECT_EQ(to_json(results_from_json(to_json(results))).dump(), to_json(results).dump());
  }
}

}  // namespace
}  // namespace prenorm::papers
