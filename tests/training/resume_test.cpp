// A run that is stopped at any point and resumed is the same, bit by bit, as one that is never stopped.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "enum_values.h"
#include "prenorm/base/error.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/runs/same_run.h"
#include "training/trainer_fixture.h"

namespace prenorm::training {
namespace {

namespace fs = std::filesystem;

class Resume : public TrainerTest {
 protected:
  static runs::RunFolder folder(const std::string& name) { return runs::RunFolder(path("run-" + name)); }

  // Stops at each of `stops` and resumes with a later end.
  static void expect_same_run(const Config& config, const std::vector<std::int64_t>& stops) {
    app::train(config, folder("whole"), app::Start::kNew);
    app::Start start = app::Start::kNew;
    for (const std::int64_t stop : stops) {
      Config part = config;
      part.train.max_steps = stop;
      const runs::TrainingResult result = app::train(part, folder("stopped"), start);
      EXPECT_EQ(result.state.step, stop);
      start = app::Start::kResume;
    }
    app::train(config, folder("stopped"), start);
    EXPECT_EQ(test::record_of(folder("stopped").path()), test::record_of(folder("whole").path()));
  }
};

TEST_F(Resume, InTheMiddleOfALogWindowAndBetweenCheckpoints) {
  Config config = text_->config();
  config.train.keep_last = 2;
  config.train.average_last = 2;
  expect_same_run(config, {1, 6, 7, 10});
}

TEST_F(Resume, InTheMiddleOfAnEpochWithAccumulation) {
  Config config = text_->config();
  config.batch.accumulate = 3;  // does not divide an epoch
  config.batch.max_tokens = 250;
  config.train.max_steps = 17;
  config.schedule.warmup_steps = 9;
  config.optim.clip_norm = 0.5;
  expect_same_run(config, {5, 11});
}

// Stopped where the batch grows, on both sides of a step of the ramp, and by the limit of tokens.
TEST_F(Resume, InTheMiddleOfARampWithAScheduleInTokens) {
  Config config = text_->config();
  config.batch.accumulate = 5;
  config.batch.ramp_from = 1;
  config.batch.ramp_tokens = 2400;
  config.schedule = {.name = ScheduleName::kCosine, .warmup_steps = 700, .unit = ScheduleUnit::kTokens};
  config.train.max_tokens = 4000;
  config.train.max_steps = 1000;
  config.train.log_every = 1;
  expect_same_run(config, {3, 6, 8, 9});
  const auto lines = test::metrics_of(path("run-whole"), "update");
  EXPECT_EQ(lines.front()["batches"], 1);
  EXPECT_EQ(lines.back()["batches"], 5);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::int64_t before = lines[i - 1]["target_tokens"];
    EXPECT_EQ(lines[i]["batches"], 1 + 4 * std::min<std::int64_t>(before, 2400) / 2400) << i;
    if (const std::int64_t tokens = lines[i]["target_tokens"]; tokens <= 700) {
      EXPECT_DOUBLE_EQ(lines[i]["learning_rate"], config.optim.lr * static_cast<double>(tokens) / 700);
    }
  }
  ASSERT_GE(lines.size(), 2U);
  EXPECT_GE(lines.back()["target_tokens"], 4000) << "ends with the update that reaches the limit";
  EXPECT_LT(lines[lines.size() - 2]["target_tokens"], 4000);
  EXPECT_EQ(test::read_json(path("run-whole") / "results.json")["stopped_by"], "train.max_tokens");
}

// Stopped before and after the estimate counts.
TEST_F(Resume, WithABatchThatFollowsTheNoiseScale) {
  Config config = text_->config();
  config.batch.max_sentences = 2;
  config.batch.accumulate = 5;
  config.batch.ramp_from = 1;
  config.batch.follow = BatchFollow::kNoiseScale;
  config.train.noise_scale = NoiseScale::kNorm;
  config.train.noise_scale_smoothing = 0.9;
  config.train.max_steps = 80;
  config.train.log_every = 1;
  expect_same_run(config, {8, 40, 65});
  std::set<std::int64_t> sizes;
  for (const auto& line : test::metrics_of(path("run-whole"), "update"))
    sizes.insert(line["batches"].get<std::int64_t>());
  EXPECT_GT(sizes.size(), 1U) << "it followed";
  // How it is measured decides the batches now.
  Config other = config;
  other.train.noise_scale = NoiseScale::kAll;
  EXPECT_TRUE(runs::first_difference(other, config).has_value());
  config.batch.follow = other.batch.follow = BatchFollow::kNothing;
  EXPECT_FALSE(runs::first_difference(other, config).has_value());
}

TEST_F(Resume, WithEveryPlacement) {
  for (const NormPlacement placement : prenorm::testing::all_values<NormPlacement>()) {
    SCOPED_TRACE(enum_name(placement));
    Config config = text_->config();
    config.model.norm_placement = placement;
    config.model.norm = NormKind::kRmsNorm;
    config.runtime.threads = config.runtime.workers = 2;
    config.data.valid_source = config.data.valid_target = "";
    config.train.max_steps = 6;
    expect_same_run(config, {3});
    TearDown();
  }
}

TEST_F(Resume, WithOtherOptimizers) {
  for (const OptimizerName name : {OptimizerName::kSgd, OptimizerName::kRAdam, OptimizerName::kAdamW}) {
    Config config = text_->config();
    config.optim.name = name;
    config.optim.momentum = name == OptimizerName::kSgd ? 0.9 : 0;
    config.schedule.name = ScheduleName::kConstant;
    config.model.norm_placement = NormPlacement::kPostLn;
    config.data.valid_source = config.data.valid_target = "";
    config.train.max_steps = 9;
    expect_same_run(config, {4});
    TearDown();
  }
}

// The rate is so high that validations soon stop improving. The run ends early, wherever it was stopped before.
TEST_F(Resume, KeepsTheStateOfEarlyStopping) {
  Config config = text_->config();
  config.optim.lr = 0.3;
  config.train.max_steps = 200;
  config.train.valid_every = 3;
  config.train.patience = 3;
  const runs::TrainingResult whole = app::train(config, folder("probe"), app::Start::kNew);
  ASSERT_EQ(whole.reason, runs::StopReason::kPatience);
  const std::int64_t end = whole.state.step;
  ASSERT_GT(end, 10);
  expect_same_run(config, {2, end - 7, end - 4, end - 1});
  EXPECT_EQ(test::record_of(folder("stopped").path()), test::record_of(folder("probe").path()));
}

TEST_F(Resume, OfAFinishedRunChangesNothing) {
  Config config = text_->config();
  config.train.average_last = 2;
  app::train(config, folder("whole"), app::Start::kNew);
  const auto before = test::record_of(folder("whole").path());
  const runs::TrainingResult again = app::train(config, folder("whole"), app::Start::kResume);
  EXPECT_EQ(again.state.step, config.train.max_steps);
  EXPECT_EQ(test::record_of(folder("whole").path()), before);
}

TEST_F(Resume, OfARunThatGoesOnRemovesItsFormerEnd) {
  Config config = text_->config();
  config.train.average_last = 2;
  app::train(config, folder("stopped"), app::Start::kNew);
  EXPECT_EQ(folder("stopped").find_checkpoint("").filename(), "average");
  config.train.max_steps = 14;
  config.optim.lr = 5e-3;
  config.train.average_last = 0;
  app::train(config, folder("stopped"), app::Start::kResume);
  EXPECT_FALSE(fs::exists(folder("stopped").average()));
  EXPECT_EQ(test::read_json(folder("stopped").results())["updates"], 14);
}

TEST_F(Resume, BeforeTheFirstCheckpointStartsFromTheSeed) {
  const Config config = text_->config();
  app::train(config, folder("whole"), app::Start::kNew);
  app::train(config, folder("stopped"), app::Start::kNew);
  fs::remove_all(folder("stopped").checkpoints());  // as if it had been killed at update 4; its log still exists
  for (const auto& path : {folder("stopped").last(), folder("stopped").best(), folder("stopped").results()})
    fs::remove(path);
  app::train(config, folder("stopped"), app::Start::kResume);
  EXPECT_EQ(test::record_of(folder("stopped").path()), test::record_of(folder("whole").path()));
}

// Killed between a checkpoint and its links, while an old checkpoint was removed, and while files were written.
TEST_F(Resume, AfterAKillAtAnAwkwardMoment) {
  Config config = text_->config();
  app::train(config, folder("whole"), app::Start::kNew);
  Config part = config;
  part.train.max_steps = 10;
  app::train(part, folder("stopped"), app::Start::kNew);
  const runs::RunFolder run = folder("stopped");
  run.link_last(5);
  run.link_best(5);
  for (const char* name : {"000003.removed", "000004.removed-99-0", "000011.partial-99-0"})
    fs::create_directory(run.checkpoints() / name);
  std::ofstream(run.path() / "config.toml.partial-99-1") << "[mod";
  std::ofstream(run.metrics(), std::ios::app) << R"({"type": "upd)";
  app::train(config, run, app::Start::kResume);
  EXPECT_EQ(test::record_of(run.path()), test::record_of(folder("whole").path()));
  for (const std::string& name : test::names_in(run.path())) EXPECT_EQ(name.find("partial"), std::string::npos) << name;
}

// Each number is in its range and the hash matches, but there is no such batch, or the folder is of another update.
TEST_F(Resume, AStateThatCannotBeIsRefused) {
  Config config = text_->config();
  app::train(config, folder("stopped"), app::Start::kNew);
  config.train.max_steps = 14;
  const runs::RunFolder run = folder("stopped");
  const fs::path file = run.checkpoint(run.steps().back()) / "trainer.json";
  const std::string good = read_file(file);
  for (const auto& [key, value] : std::vector<std::pair<const char*, std::int64_t>>{
           {"batch", 1'000'000}, {"batch", 1'000'000'000'000'000}, {"step", 3}, {"step", 999'999'999'999}}) {
    nlohmann::json state = nlohmann::json::parse(good);
    state[key] = value;
    state["xxh3_128"].erase("trainer.json");
    const std::string hash = hash_hex(state.dump());
    state["xxh3_128"]["trainer.json"] = hash;
    write_file_atomically(file, state.dump(2));
    EXPECT_THROW(app::train(config, run, app::Start::kResume), CheckpointError) << key << " = " << value;
  }
  write_file_atomically(file, good);
  EXPECT_EQ(app::train(config, run, app::Start::kResume).state.step, 14);
}

// The newest checkpoint exists, an older one has not been removed yet, and the run has no update left.
TEST_F(Resume, AfterAKillBeforeAnOldCheckpointWasRemoved) {
  Config config = text_->config();
  config.train.keep_last = 1;
  config.train.average_last = 0;
  app::train(config, folder("whole"), app::Start::kNew);
  app::train(config, folder("stopped"), app::Start::kNew);
  const runs::RunFolder run = folder("stopped");
  fs::copy(run.checkpoint(run.steps().back()), run.checkpoint(1), fs::copy_options::recursive);
  fs::remove(run.results());
  app::train(config, run, app::Start::kResume);
  EXPECT_EQ(test::record_of(run.path()), test::record_of(folder("whole").path()));
}

// Bits depend on the number of workers, which is part of a checkpoint. The message names a different number.
TEST_F(Resume, WithAnotherNumberOfWorkersSaysSo) {
  Config config = text_->config();
  config.runtime.threads = config.runtime.workers = 2;
  config.train.max_steps = 2;
  EXPECT_EQ(app::train(config, folder("workers"), app::Start::kNew).state.workers, 2);
  config.train.max_steps = 4;
  for (const std::int64_t workers : {2, 1}) {
    config.runtime.workers = workers;
    config.train.max_steps += 2;
    ::testing::internal::CaptureStderr();
    const runs::TrainingResult result = app::train(config, folder("workers"), app::Start::kResume);
    const std::string said = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(said.find("trained with 2 workers and continues with 1") != std::string::npos, workers == 1) << said;
    EXPECT_EQ(result.state.workers, workers);
    EXPECT_EQ(runs::load_state(folder("workers").checkpoint(result.state.step)).workers, workers);
  }
}

TEST_F(Resume, RefusesAnotherText) {
  const test::TinyText other;
  const Config config = other.config();
  const runs::RunFolder run(other / "run");
  app::train(config, run, app::Start::kNew);
  const auto before = test::content_of(run.path());
  test::write_tiny_text(other / "train.src", other / "train.tgt", 200, 9);
  try {
    app::train(config, run, app::Start::kResume);
    ADD_FAILURE() << "another text was taken";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("training text"), std::string::npos) << error.what();
  }
  EXPECT_EQ(test::content_of(run.path()), before);
}

}  // namespace
}  // namespace prenorm::training
