// `prenorm study`: what it prints, what it refuses before anything starts, how it stops and goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "prenorm/config/write.h"
#include "training/tiny_run.h"

namespace prenorm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

class StudyCommand : public testing::Test {
 protected:
  StudyCommand() {
    Config config = text_.config();
    config.train.max_steps = 4;
    write_file_atomically(toml_, to_toml(config));
  }

  // In a fork of this process, whose executable is the test and no prenorm: a cell, should it be started, runs no test
  // and ends.
  Outcome study(const Words& more) const {
    Words words = {"study", toml_, "--output", folder_, "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return prenorm(words, {"", false, [] { ::setenv("GTEST_FILTER", "-*", 1); }});
  }
  std::string command(const std::string& more) const {
    return "\"$PRENORM\" study " + toml_.string() + " --output " + folder_.string() + " --quiet " + more;
  }
  void expect_refused(const Words& more, int code, const std::string& what) const {
    const Outcome outcome = study(more);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(lines_of(outcome.err).size(), 1U) << outcome.err;
    EXPECT_THAT(outcome.err, StartsWith("error: "));
    EXPECT_THAT(outcome.err, HasSubstr(what));
    EXPECT_FALSE(fs::exists(folder_ / "cells")) << "nothing has been started";
  }

  const TinyText text_;
  const fs::path toml_ = text_ / "tiny.toml", folder_ = text_ / "study";
};

TEST_F(StudyCommand, MistakesEndBeforeAnythingStarts) {
  expect_refused({}, 2, "--grid is missing");
  expect_refused({"--grid", "optim.lrr=1"}, 2, "--grid: unknown key 'optim.lrr' (did you mean 'optim.lr'?)");
  expect_refused({"--grid", "model.dropout=0.1,1.5"}, 2, "--grid: model.dropout: 1.5 is out of range 0 to 0.99");
  expect_refused({"--grid", "optim.lr="}, 2, "--grid optim.lr: no value given");
  expect_refused({"--grid", "optim.lr=1", "--grid", "optim.lr=2"}, 2, "--grid optim.lr: the key is given twice");
  expect_refused({"--grid", "model.num_heads=2,3"}, 2, "cell model.num_heads=3: model.d_model must be a multiple");
  expect_refused({"--grid", "train.seed=1", "--set", "optim.lr=x"}, 2, "--set: optim.lr: expected a number");
  expect_refused({"--grid", "train.seed=1", "--jobs", "-1"}, 2, "--jobs");
  expect_refused({"--grid", "train.seed=1", "--target-loss", "low"}, 2, "--target-loss");
  expect_refused({"--grid", "train.seed=1", "--set", "data.valid_target=/absent"}, 1, "/absent: ");
  EXPECT_FALSE(fs::exists(folder_));
  write_file_atomically(folder_ / "notes", "mine");
  expect_refused({"--grid", "train.seed=1"}, 2, folder_.string() + ": the folder is not empty and contains no study");
  fs::remove(folder_ / "notes");
  fs::remove(folder_);
  write_file_atomically(folder_, "a file");
  expect_refused({"--grid", "train.seed=1"}, 2, folder_.string() + ": is not a folder");
}

TEST_F(StudyCommand, MistakesInBranchesEndBeforeAnythingStarts) {
  expect_refused({"--branch-batch", "1,x"}, 2, "is not a whole number from 1 to 4096");
  expect_refused({"--branch-batch", "2"}, 2, "name at least two factors");
  expect_refused({"--branch-batch", "1,2"}, 2, "is not a run folder");
  expect_refused({"--branch-batch", "1,2", "--find-lr"}, 2, "--find-lr is not for --branch-batch");
  expect_refused({"--branch-batch", "1,2", "--grid", "train.seed=1"}, 2, "--grid is not for --branch-batch");
  expect_refused({"--grid", "train.seed=1", "--tokens", "5"}, 2, "--tokens is for --branch-batch");
  expect_refused({"--branch-batch", "1,2", "--tokens", "0"}, 2, "--tokens");
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(StudyCommand, ADryRunListsTheCells) {
  const Outcome outcome = study({"--grid", "optim.lr=0.005,0.01", "--grid", "train.seed=1,2", "--dry-run"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 5U) << outcome.out;
  EXPECT_THAT(lines[0], StartsWith("   lr  seed  status "));
  EXPECT_EQ(lines[1], "0.005     1  waiting");
  EXPECT_EQ(lines[4], " 0.01     2  waiting");
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(StudyCommand, ASearchListsItsSettings) {
  expect_refused({"--find-lr", "--grid", "optim.lr=1,2"}, 2, "--find-lr searches for the rate itself");
  const Outcome outcome = study({"--find-lr", "--dry-run", "--grid", "model.norm_placement=post_ln,pre_ln"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("largest stable learning rates:\n"));
  EXPECT_THAT(outcome.out, HasSubstr("stable up to"));
  const nlohmann::json object = nlohmann::json::parse(study({"--find-lr", "--dry-run", "--json"}).out);
  ASSERT_EQ(object["settings"].size(), 2U);
  EXPECT_EQ(object["settings"][1]["keys"]["schedule.warmup_steps"], "1");
  EXPECT_TRUE(object["settings"][0]["largest_stable_lr"].is_null());
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(StudyCommand, PrintsATableOrOneObjectAndWritesCsv) {
  const std::string csv = (text_ / "cells.csv").string();
  const Outcome first = shell(command("--grid train.seed=1,2 --csv " + csv));
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.err, "");
  EXPECT_THAT(first.out, StartsWith("seed  status    updates "));
  EXPECT_THAT(first.out, HasSubstr("\n   2  finished        4 "));
  EXPECT_THAT(first.out, HasSubstr(", the median of the final losses\n"));
  EXPECT_EQ(read_file(csv), read_file(folder_ / "study.csv"));
  EXPECT_EQ(lines_of(read_file(csv)).size(), 3U);
  const Outcome again = study({"--grid", "train.seed=2", "--json", "--target-loss", "3.25"});
  ASSERT_EQ(again.code, 0) << again.err;
  const nlohmann::json object = nlohmann::json::parse(again.out);
  EXPECT_EQ(object["cells"].size(), 2U) << "the folder's cells, whatever grid asked for them";
  EXPECT_EQ(object["target_loss_nats_per_token"], 3.25);
  EXPECT_EQ(object["cells"][1]["valid_loss_nats_per_token"],
            read_json(folder_ / "cells/train.seed=2/results.json")["last"]["loss_nats_per_token"]);
  const Outcome other = study({"--grid", "train.seed=2", "--set", "optim.lr=0.25"});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr(folder_.string() + ": the study was started with optim.lr = 0.005, not 0.25"));
}

TEST_F(StudyCommand, ACellThatFailsIsOneSentenceAfterTheTable) {
  const Outcome outcome = study({"--grid", "train.seed=2"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("failed"));
  ASSERT_EQ(lines_of(outcome.err).size(), 1U) << outcome.err;
  EXPECT_THAT(outcome.err,
              StartsWith("error: 1 of the cells failed, first train.seed=2: the process ended with exit code 0"));
  EXPECT_THAT(outcome.err, HasSubstr(folder_.string() + "/cells, and run the same command again"));
}

TEST_F(StudyCommand, ASignalStopsItsCellsWithACheckpointAndTheSameCommandGoesOn) {
  const std::string long_study = command("--set train.max_steps=1000000 --grid train.seed=1"),
                    metrics = (folder_ / "cells/base/metrics.jsonl").string();
  const std::string until_training =
      " & pid=$!; while ! test -s " + metrics + "; do kill -0 $pid || exit 99; sleep 0.02; done; ";
  const Outcome stopped = shell(long_study + until_training + "kill -TERM $pid; wait $pid");
  EXPECT_EQ(stopped.code, 143);
  EXPECT_EQ(stopped.out, "");
  EXPECT_EQ(stopped.err,
            "warning: stopped with 1 cells left; continue with the same command, which finds the finished ones in " +
                folder_.string() + "\n");
  EXPECT_TRUE(fs::is_symlink(folder_ / "cells/base/last"));
  const auto size = fs::file_size(metrics);

  // Two studies at once; and the cell of a killed study ends by itself.
  const Outcome second =
      shell(long_study + " & pid=$!; while test $(stat -c %s " + metrics + ") -le " + std::to_string(size) +
            "; do kill -0 $pid || exit 99; sleep 0.02; done; " + long_study + "; code=$?; kill -9 $pid; flock " +
            (folder_ / "cells/base/.lock").string() + " true; exit $code");
  EXPECT_EQ(second.code, 2) << second.err;
  EXPECT_THAT(second.err, HasSubstr(folder_.string() + ": another study is running in this folder"));
}

}  // namespace
}  // namespace prenorm::test
