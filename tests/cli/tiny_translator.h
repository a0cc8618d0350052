// A trained run for the commands that use one.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/command_line.h"
#include "prenorm/config/write.h"
#include "test_seed.h"
#include "training/tiny_run.h"

namespace prenorm::test {

// Trained once for all tests of the suite; a test that changes the run makes a copy first.
class TinyTranslator : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    text_ = new TinyText;
    Config config = text_->config();
    config.train.average_last = 2;
    config.train.seed = static_cast<std::int64_t>(test_seed(1));
    config.optim.lr = 1e-2;
    config.train.max_steps = 60;
    config.train.valid_every = config.train.checkpoint_every = 20;
    write_file_atomically(*text_ / "tiny.toml", to_toml(config));
    const Outcome outcome = prenorm({"train", *text_ / "tiny.toml", "--run", run(), "--quiet"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  static void TearDownTestSuite() { delete text_; }

  static void expect_refused(const Outcome& outcome, int code, const std::string& what) {
    EXPECT_EQ(outcome.code, code);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(lines_of(outcome.err).size(), 1U) << outcome.err;
    EXPECT_THAT(outcome.err, testing::StartsWith("error: "));
    EXPECT_THAT(outcome.err, testing::HasSubstr(what));
  }
  static std::filesystem::path run() { return *text_ / "run"; }
  static std::filesystem::path source() { return *text_ / "valid.src"; }
  static std::filesystem::path reference() { return *text_ / "valid.tgt"; }
  static std::filesystem::path copy_of_run() {
    const std::filesystem::path copy = *text_ / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(run(), copy,
                          std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
    return copy;
  }
  static void change_config(const std::filesystem::path& folder, const std::string& line, const std::string& by) {
    std::string text = read_file(folder / "config.toml");
    const std::size_t at = text.find("\n" + line + "\n");
    ASSERT_NE(at, std::string::npos) << line;
    write_file_atomically(folder / "config.toml", text.replace(at + 1, line.size(), by));
  }

  static inline TinyText* text_ = nullptr;
};

}  // namespace prenorm::test
