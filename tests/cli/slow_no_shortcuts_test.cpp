// 36 layers without shortcuts and norms, from examples/no_shortcuts.toml: with e_spa the model learns more than the
// frequencies of the characters, a stopped run continues with the same bits, and generate and probe take it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command_line.h"
#include "files/temporary_folder.h"
#include "papers/test_data.h"
#include "prenorm/files/file.h"
#include "test_seed.h"

namespace prenorm::test {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr int kUpdates = 200;

// What `folder` has for validation is the start of the text that the corpus has.
Words on_reviews(const fs::path& folder, const Words& command, const Words& settings) {
  const fs::path text = data_folder() / "lm";
  Words words = command;
  for (const std::string& setting :
       {"data.train_text=" + (text / "reviews_speeches.train.txt.gz").string(),
        "data.valid_text=" + (folder / "valid.txt").string(), "train.seed=" + std::to_string(test_seed(1))}) {
    words.push_back("--set");
    words.push_back(setting);
  }
  for (const std::string& setting : settings) {
    words.push_back("--set");
    words.push_back(setting);
  }
  return words;
}

nlohmann::json train(const fs::path& run, const Words& settings) {
  const Outcome outcome = prenorm(on_reviews(
      run.parent_path(), {"train", PRENORM_TEST_DIR "/../examples/no_shortcuts.toml", "--run", run}, settings));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  return nlohmann::json::parse(read_file(run / "results.json"));
}

// A rate that is constant, so that an end in between changes nothing before it.
Words budget(const std::string& attention, int updates) {
  return {"model.attention=" + attention, "train.max_steps=" + std::to_string(updates), "schedule.name=constant",
          "train.valid_every=1000000", "train.checkpoint_every=" + std::to_string(kUpdates / 2)};
}

std::string weights_of(const fs::path& run) { return read_file(run / "last" / "model.safetensors"); }

class SlowNoShortcuts : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!fs::exists(data_folder() / "lm")) return;
    folder_ = new TemporaryFolder;
    const Outcome start = shell("gzip -dc '" + (data_folder() / "lm/reviews_speeches.valid.txt.gz").string() +
                                "' | head -c 40000 > '" + (*folder_ / "valid.txt").string() + "'");
    ASSERT_EQ(start.code, 0) << start.err;
  }
  static void TearDownTestSuite() { delete folder_; }
  void SetUp() override {
    if (folder_ == nullptr) GTEST_SKIP() << "skipped: there is no text in " << data_folder();
  }

  static inline TemporaryFolder* folder_ = nullptr;
};

TEST_F(SlowNoShortcuts, LearnsWithShapedAttentionOnly) {
  const nlohmann::json shaped = train(*folder_ / "e_spa", budget("e_spa", kUpdates));
  const nlohmann::json plain = train(*folder_ / "plain", budget("plain", kUpdates));
  const double unigram = shaped["unigram_nats_per_token"];
  EXPECT_LT(shaped["last"]["nll_nats_per_token"].get<double>(), unigram - 0.3);
  EXPECT_GT(plain["last"]["nll_nats_per_token"].get<double>(), unigram - 0.1);
}

TEST_F(SlowNoShortcuts, ResumesWithTheSameBitsWritesTextAndIsProbed) {
  const fs::path whole = *folder_ / "whole", stopped = *folder_ / "stopped";
  train(whole, budget("e_spa", kUpdates / 4));
  train(stopped, budget("e_spa", kUpdates / 8));
  const Outcome resumed = prenorm(
      {"train", "--resume", "--run", stopped, "--quiet", "--set", "train.max_steps=" + std::to_string(kUpdates / 4)});
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_TRUE(weights_of(stopped) == weights_of(whole));

  const Outcome text = prenorm({"generate", whole, "--prompt", "the ", "--max-tokens", "100", "--json"});
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_GT(nlohmann::json::parse(text.out)["samples"][0]["text"].get<std::string>().size(), 50U);

  const Outcome probe = prenorm({"probe", whole, "--json", "--batches", "1"});
  ASSERT_EQ(probe.code, 0) << probe.err;
}

}  // namespace
}  // namespace prenorm::test
