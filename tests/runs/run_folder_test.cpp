#include "prenorm/runs/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <functional>

#include "files/temporary_folder.h"
#include "prenorm/app/setup.h"
#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/config/write.h"
#include "prenorm/files/file.h"
#include "prenorm/runs/metrics_log.h"
#include "prenorm/runs/run_lock.h"
#include "text/sample_text.h"
#include "training/tiny_run.h"

namespace prenorm::runs {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using ::testing::HasSubstr;

std::string usage_error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

void make_checkpoint(const runs::RunFolder& folder, const fs::path& path, bool on_schedule = true) {
  fs::create_directories(folder.checkpoints());
  write_file_atomically(path / "trainer.json", nlohmann::json{{"on_schedule", on_schedule}}.dump());
}

const runs::Tokenizers& tokenizers() {
  static const text::Tokenizer tokenizer = test::sample_tokenizer();
  static const runs::Tokenizers both{tokenizer, tokenizer, true};
  return both;
}

TEST(RunFolder, CreatedAndReadBack) {
  const TemporaryFolder folder;
  const runs::RunFolder run(folder / "runs/one");
  EXPECT_FALSE(run.exists());
  Config config;
  config.optim.lr = 0.25;
  run.create(config, tokenizers());
  EXPECT_TRUE(run.exists());
  EXPECT_EQ(to_toml(load_run_config(run.path()).config), to_toml(config));
  EXPECT_EQ(run.tokenizers().target.serialized(), tokenizers().target.serialized());
  EXPECT_TRUE(run.tokenizers().shared);
  EXPECT_THAT(usage_error_of([&] { run.create(config, tokenizers()); }), HasSubstr("already contains a run"));
}

TEST(RunFolder, TwoVocabularies) {
  const TemporaryFolder folder;
  const runs::RunFolder run(folder / "run");
  run.create(Config{}, {test::sample_tokenizer(), test::sample_tokenizer(TokenizerKind::kUnigram), false});
  EXPECT_FALSE(run.tokenizers().shared);
  EXPECT_EQ(run.tokenizers().source.size(), 64);
  EXPECT_EQ(run.tokenizers().target.size(), 48);
}

// A run that was killed while it was created has no config.toml yet, and whatever it left must not stand in the way.
TEST(RunFolder, WhatAKilledCreationLeftIsNotInTheWay) {
  const TemporaryFolder folder;
  const runs::RunFolder run(folder / "run");
  { const runs::RunLock lock(run.path()); }
  for (const char* name : {"vocabulary.model", "source.model", "config.toml.partial-12-0"})
    std::ofstream(run.path() / name) << "half";
  run.create(Config{}, {test::sample_tokenizer(), test::sample_tokenizer(), false});
  EXPECT_FALSE(run.tokenizers().shared);
  EXPECT_FALSE(fs::exists(run.path() / "config.toml.partial-12-0"));
}

TEST(RunFolder, AFolderWithOtherThingsIsLeftAlone) {
  const TemporaryFolder folder;
  std::ofstream(folder / "thesis.tex") << "42";
  const runs::RunFolder run(folder.path());
  EXPECT_THAT(usage_error_of([&] { run.create(Config{}, tokenizers()); }),
              HasSubstr("is not empty and contains no run"));
  EXPECT_EQ(folder.names(), std::vector<std::string>{"thesis.tex"});
  EXPECT_THAT(usage_error_of([&] { runs::RunFolder(folder / "thesis.tex").check_unused(); }),
              HasSubstr("is not a folder"));
}

TEST(RunFolder, ASeparatorAtTheEndChangesNothing) {
  const TemporaryFolder folder;
  const std::string plain = (folder / "run").string();
  EXPECT_EQ(runs::RunFolder(plain + "/").path(), plain);
  EXPECT_EQ(runs::RunFolder(plain + "//./").path(), plain);
  EXPECT_EQ(runs::RunFolder(".").path(), ".");
  EXPECT_EQ(runs::RunFolder("/").path(), "/");
  EXPECT_EQ(app::prepared_dir(Config{}, runs::RunFolder(plain + "/")), folder / "prepared");
  EXPECT_EQ(app::prepared_dir(Config{}, runs::RunFolder(".")), fs::current_path().parent_path() / "prepared");
  Config config;
  config.data.prepared_dir = "elsewhere";
  EXPECT_EQ(app::prepared_dir(config, runs::RunFolder(plain)), "elsewhere");
}

TEST(RunFolder, FindsCheckpoints) {
  const TemporaryFolder folder;
  const runs::RunFolder run(folder / "run");
  EXPECT_THAT(usage_error_of([&] { run.find_checkpoint(""); }),
              HasSubstr("is not a run folder, it has no config.toml"));
  run.create(Config{}, tokenizers());
  EXPECT_THROW(run.find_checkpoint(""), CheckpointError);
  for (const std::int64_t step : {5, 10, 1'000'000}) make_checkpoint(run, run.checkpoint(step));
  fs::create_directory(run.checkpoints() / "notes");
  EXPECT_EQ(run.steps(), (std::vector<std::int64_t>{5, 10, 1'000'000}));
  run.link_last(10);
  EXPECT_EQ(run.find_checkpoint(""), run.last());
  run.link_best(5);
  EXPECT_EQ(run.find_checkpoint(""), run.best());
  make_checkpoint(run, run.average());
  EXPECT_EQ(run.find_checkpoint(""), run.average());
  EXPECT_EQ(run.find_checkpoint("5"), run.checkpoint(5));
  EXPECT_EQ(run.find_checkpoint("000010"), run.checkpoint(10));
  EXPECT_THAT(usage_error_of([&] { run.find_checkpoint("bset"); }),
              HasSubstr("--checkpoint \"bset\": expected average, best, last or the number of a step"));
  EXPECT_THAT(usage_error_of([&] { run.find_checkpoint("../run/last"); }), HasSubstr("expected average"));
  try {
    run.find_checkpoint("7");
    ADD_FAILURE();
  } catch (const CheckpointError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no checkpoint 7; there are those of updates 5, 10, 1000000"));
  }
  run.link_best(77);
  EXPECT_FALSE(fs::exists(fs::symlink_status(run.best()))) << "rather no link than one to nowhere";
}

TEST(RunFolder, OldCheckpointsGoAndPassingOnesFirst) {
  const TemporaryFolder folder;
  const runs::RunFolder run(folder / "run");
  for (const std::int64_t step : {1, 2, 3, 4, 6}) make_checkpoint(run, run.checkpoint(step));
  for (const std::int64_t step : {5, 7}) make_checkpoint(run, run.checkpoint(step), /*on_schedule=*/false);
  run.remove_old_checkpoints(/*newest=*/7, /*best=*/2, /*keep=*/3);
  EXPECT_EQ(run.steps(), (std::vector<std::int64_t>{2, 4, 6, 7}));
  make_checkpoint(run, run.checkpoint(8));
  run.remove_old_checkpoints(/*newest=*/8, /*best=*/8, /*keep=*/3);
  EXPECT_EQ(run.steps(), (std::vector<std::int64_t>{4, 6, 8}));
}

TEST(RunLock, OneAtATime) {
  const TemporaryFolder folder;
  {
    const runs::RunLock lock(folder / "run");
    EXPECT_THAT(usage_error_of([&] { const runs::RunLock second(folder / "run"); }),
                HasSubstr("another process is training"));
  }
  EXPECT_NO_THROW(runs::RunLock(folder / "run"));
}

TEST(MetricsLog, KeepsWhatTheCheckpointKnowsOf) {
  const TemporaryFolder folder;
  const fs::path path = folder / "metrics.jsonl";
  const auto steps_after = [&](std::int64_t step) {
    { runs::MetricsLog(path, step).write(runs::UpdateLine{.step = 99}); }
    std::vector<std::int64_t> steps;
    LineReader reader(path);
    for (std::string line; reader.next(line);) steps.push_back(nlohmann::json::parse(line)["step"]);
    return steps;
  };
  using Steps = std::vector<std::int64_t>;
  EXPECT_EQ(steps_after(0), Steps{99}) << "a new file";
  for (const std::string& broken :
       {std::string(), std::string("{\"step\": 6"), std::string("nonsense\n{\"step\":6}\n"),
        std::string("{\"step\":\"6\"}\n"), std::string("7\n"), std::string("{}\n"),
        std::string("{\"step\":18446744073709551615,\"type\":[]}\n"), std::string(200'000, '[') + "\n"}) {
    std::ofstream(path) << R"({"type":"update","step":1}
{"type":"new","step":5}
{"type":"validation","step":5,"at_end":true}
{"type":"update","step":6}
)" << broken;
    EXPECT_EQ(steps_after(6), (Steps{1, 5, 6, 99})) << broken.substr(0, 50);
    EXPECT_EQ(steps_after(5), (Steps{1, 5, 99}));
    EXPECT_EQ(steps_after(0), Steps{99});
  }
}

// A limit on the size of files, not a full disk.
TEST(MetricsLog, AFailedWriteSaysWhatFailed) {
  const TemporaryFolder folder;
  runs::MetricsLog log(folder / "metrics.jsonl", 0);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{10, before.rlim_max};
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  std::string what = "no error";
  try {
    log.write(runs::UpdateLine{.step = 1});
  } catch (const FileError& error) {
    what = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old);
  EXPECT_EQ(what, (folder / "metrics.jsonl").string() + ": cannot be written: File too large");
}

}  // namespace
}  // namespace prenorm::runs
