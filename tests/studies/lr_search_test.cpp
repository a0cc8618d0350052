// A search over tiny cells, each a process: what is trained, found again, concluded and refused.
#include "prenorm/studies/lr_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "prenorm/studies/study_folder.h"
#include "studies/study_fixture.h"
#include "test_seed.h"

namespace prenorm::studies {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SlowLrSearch : public StudyFixture {
 protected:
  SlowLrSearch() : StudyFixture(/*max_steps=*/20) {
    config_.train.seed = static_cast<std::int64_t>(test::test_seed(1));
  }

  studies::LrSearch find(const std::vector<std::string>& grid = {}) const {
    return find_lr(base(), parse_grid(grid), options_);
  }
  std::string refusal(const std::vector<std::string>& grid = {}) const {
    return refusal_of([&] { find(grid); });
  }
};

TEST_F(SlowLrSearch, BisectsWithAndWithoutWarmupAndFindsItsCellsAgain) {
  const studies::LrSearch search = find();
  EXPECT_THAT(search.keys, ElementsAre("schedule.warmup_steps"));
  ASSERT_EQ(search.settings.size(), 2U);
  EXPECT_THAT(search.settings[0].values, ElementsAre("0"));
  EXPECT_THAT(search.settings[1].values, ElementsAre("5")) << "a quarter of train.max_steps";
  std::size_t trials = 0;
  for (const studies::SearchedSetting& setting : search.settings) {
    ASSERT_TRUE(setting.search.largest_stable() && setting.search.smallest_unstable()) << to_text(search);
    EXPECT_LE(*setting.search.smallest_unstable(), 1.5 * *setting.search.largest_stable());
    EXPECT_FALSE(setting.search.next());
    trials += setting.search.trials().size();
  }
  const std::size_t cells = studies::StudyFolder(options_.folder).cells().size();
  EXPECT_EQ(cells, trials) << "a cell for each rate that was tried";
  options_.program = "/bin/false";  // nothing is left to be trained
  const studies::LrSearch again = find();
  EXPECT_EQ(to_json(again)["settings"], to_json(search)["settings"]);
  EXPECT_EQ(studies::StudyFolder(options_.folder).cells().size(), cells);
}

TEST_F(SlowLrSearch, SettingsAreCombinationsOfTheGrid) {
  options_.dry_run = true;
  const studies::LrSearch search = find({"model.norm_placement=post_ln,pre_ln", "schedule.warmup_steps=3"});
  EXPECT_THAT(search.keys, ElementsAre("model.norm_placement", "schedule.warmup_steps"));
  ASSERT_EQ(search.settings.size(), 2U);
  EXPECT_THAT(search.settings[0].values, ElementsAre("post_ln", "3"));
  EXPECT_TRUE(search.settings[0].search.trials().empty()) << "a dry run trains nothing";
  EXPECT_EQ(search.study.unfinished, 2) << "the first cell of each";
  EXPECT_FALSE(std::filesystem::exists(options_.folder));
}

TEST_F(SlowLrSearch, StopsWhereACellFails) {
  options_.program = "/bin/false";
  const studies::LrSearch search = find();
  EXPECT_EQ(search.study.failed, 2);
  EXPECT_TRUE(search.settings[0].search.trials().empty());
}

TEST_F(SlowLrSearch, RefusesWhatItCannotCompare) {
  EXPECT_THAT(refusal({"optim.lr=1,2"}), HasSubstr("--find-lr searches for the rate itself"));
  config_.optim.lr = 0;
  EXPECT_THAT(refusal(), HasSubstr("optim.lr, which is 0"));
  config_ = text_.config();
  config_.data.valid_source = config_.data.valid_target = "";
  EXPECT_THAT(refusal(), HasSubstr("name a validation text in [data]"));
}

}  // namespace
}  // namespace prenorm::studies
