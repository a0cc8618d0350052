// The demo end to end on a text that the test makes, and its page.
#include "prenorm/demo/three_ways.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "files/temporary_folder.h"
#include "prenorm/base/random.h"
#include "prenorm/demo/demo_page.h"
#include "prenorm/files/file.h"
#include "prenorm/machine/terminal.h"
#include "test_seed.h"

namespace prenorm::demo {
namespace {

using ::testing::HasSubstr;

// Words of random syllables: enough different ones for the demo's vocabulary.
std::string made_up_text(std::uint64_t seed, int lines) {
  RandomStream random(test::test_seed(seed));
  std::string text;
  for (int i = 0; i < lines; ++i) {
    for (int word = 0; word < 6; ++word) {
      if (word > 0) text += ' ';
      for (int syllable = 0; syllable < 3; ++syllable) {
        text += "bcdfghjklmnprstvwz"[random.below(18)];
        text += "aeiou"[random.below(5)];
      }
    }
    text += '\n';
  }
  return text;
}

TEST(ThreeWays, TrainsAllThreeOnTheSameBatches) {
  be_quiet(true);
  const test::TemporaryFolder folder;
  DemoText text{folder / "train.src", folder / "train.tgt", folder / "valid.src", folder / "valid.tgt"};
  write_file_atomically(text.train_source, made_up_text(1, 800));
  write_file_atomically(text.train_target, made_up_text(2, 800));
  write_file_atomically(text.valid_source, made_up_text(3, 3));
  write_file_atomically(text.valid_target, made_up_text(4, 3));
  const DemoResult result = train_three_ways({.text = text, .output = folder / "demo", .steps = 6});
  ASSERT_EQ(result.runs.size(), 3U);
  EXPECT_EQ(result.steps, 6);
  for (const DemoRun& run : result.runs) {
    EXPECT_FALSE(run.diverged);
    EXPECT_GT(run.valid_loss, 0);
    EXPECT_EQ(run.valid_steps.back(), 6);
    EXPECT_EQ(run.samples.size(), 3U);
    EXPECT_EQ(run.gradient_norms.count("decoder.layers.5.feed_forward.down.weight"), 1U);
  }
  // The two Post-LN runs start from the same weights and the same batch; Pre-LN is another function.
  EXPECT_EQ(result.runs[1].gradient_norms, result.runs[2].gradient_norms);
  EXPECT_NE(result.runs[0].gradient_norms, result.runs[1].gradient_norms);
  EXPECT_EQ(result.runs[0].config.schedule.warmup_steps, 0);
  EXPECT_EQ(result.runs[1].config.schedule.warmup_steps, 2);
  const std::string page = html_page(demo_page(result, "prenorm demo"));
  for (const DemoRun& run : result.runs) EXPECT_THAT(page, HasSubstr(run.name));
  EXPECT_THAT(demo_table(result), HasSubstr("validation loss"));
}

TEST(DemoPage, ADivergedRunIsSaidToBe) {
  DemoResult result;
  result.steps = 2;
  for (const char* name : {"one", "two"}) {
    DemoRun run;
    run.name = name;
    run.config = demo_config();
    run.diverged = run.name == "two";
    run.valid_loss = 5;
    result.runs.push_back(std::move(run));
  }
  EXPECT_THAT(html_page(demo_page(result, "prenorm demo")), HasSubstr("diverged"));
  EXPECT_THAT(demo_table(result), HasSubstr("diverged"));
}

}  // namespace
}  // namespace prenorm::demo
