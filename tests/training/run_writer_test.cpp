// The files that a run writes and removes, tested without training.
#include "prenorm/training/run_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "files/temporary_folder.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/runs/metrics_log.h"

namespace prenorm::training {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class RunWriterTest : public ::testing::Test {
 protected:
  RunWriterTest() {
    be_quiet(true);
    fs::create_directories(run_.path());
    config_.train.keep_last = 2;
    config_.train.log_every = 1;
    parameters_.add("w", {2, 2}, nn::normal(1));
    parameters_.complete();
  }

  // Writes an update and its checkpoint.
  void write_update(RunWriter& writer, std::int64_t step, bool best) {
    updates::Update update;
    update.step = state_.step = step;
    update.batches = {{0, step, {}}};
    update.target_tokens = 1;
    writer.log().update(state_, update);
    if (best) state_.best_step = step;
    optim::Optimizer optimizer(config_.optim, parameters_.values(), parameters_.gradients());
    writer.checkpoint(parameters_, optimizer, state_, best);
  }
  std::vector<std::int64_t> logged_steps() const {
    std::vector<std::int64_t> steps;
    runs::read_metrics(run_.metrics(), [&](const runs::MetricsLine& line) { steps.push_back(runs::step_of(line)); });
    return steps;
  }

  const test::TemporaryFolder folder_;
  const runs::RunFolder run_{folder_ / "run"};
  Config config_;
  nn::Parameters parameters_{1};
  runs::TrainerState state_;
};

TEST_F(RunWriterTest, KeepsTheLastCheckpointsAndTheBest) {
  RunWriter writer(config_, run_);
  writer.start(state_, /*continues=*/true);
  for (const std::int64_t step : {1, 2, 3, 4}) write_update(writer, step, /*best=*/step == 1);
  EXPECT_THAT(run_.steps(), ElementsAre(1, 3, 4));
  EXPECT_EQ(fs::read_symlink(run_.last()).filename(), "000004");
  EXPECT_EQ(fs::read_symlink(run_.best()).filename(), "000001");
  EXPECT_THAT(logged_steps(), ElementsAre(1, 2, 3, 4));
}

TEST_F(RunWriterTest, GoesBackAsIfTheRunHadNeverComeThere) {
  config_.train.keep_last = 4;
  RunWriter writer(config_, run_);
  writer.start(state_, /*continues=*/true);
  for (const std::int64_t step : {1, 2, 3}) write_update(writer, step, /*best=*/false);
  writer.go_back_to(1);
  EXPECT_THAT(run_.steps(), ElementsAre(1));
  EXPECT_EQ(fs::read_symlink(run_.last()).filename(), "000001");
  EXPECT_THAT(logged_steps(), ElementsAre(1));
}

TEST_F(RunWriterTest, ARunThatContinuesHasNoResultsYet) {
  RunWriter writer(config_, run_);
  writer.start(state_, /*continues=*/true);
  writer.results({runs::StopReason::kMaxSteps, state_, {}, {}, {}});
  EXPECT_TRUE(fs::exists(run_.results()));
  RunWriter(config_, run_).start(state_, /*continues=*/false);
  EXPECT_TRUE(fs::exists(run_.results()));
  RunWriter(config_, run_).start(state_, /*continues=*/true);
  EXPECT_FALSE(fs::exists(run_.results()));
}

}  // namespace
}  // namespace prenorm::training
