// How a run ends that goes wrong: what the message says, and what is left behind.
#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "prenorm/base/error.h"
#include "prenorm/training/trainer.h"
#include "training/trainer_fixture.h"

namespace prenorm::training {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Divergence : public TrainerTest {};

// A model whose weights can be spoilt at any update.
class SpoiltTask : public tasks::TranslationTask {
 public:
  using tasks::TranslationTask::TranslationTask;
  std::int64_t load(std::int64_t epoch, std::int64_t batch, const Sharing& sharing) override {
    loaded = batch;
    return tasks::TranslationTask::load(epoch, batch, sharing);
  }
  BatchLoss loss(std::int64_t share, std::int64_t replica, const nn::Context& context) override {
    BatchLoss result = tasks::TranslationTask::loss(share, replica, context);
    if (loaded == bad_batch) result.loss_sum = result.loss_sum * std::numeric_limits<double>::infinity();
    return result;
  }
  std::int64_t bad_batch = -1, loaded = -1;
};

TEST_F(Divergence, ALossThatIsNotFiniteNamesTheBatchOfAnAccumulatedUpdate) {
  Config config = text_->config();
  config.batch.accumulate = 3;
  const fs::path prepared = *text_ / "prepared";
  const Tokenizers tokenizers = tasks::make_tokenizers(config, prepared);
  SpoiltTask task(config, tokenizers, prepared);
  task.bad_batch = 4;  // the second of the second update
  RunFolder folder(path());
  folder.create(config, tokenizers);
  Trainer trainer(config, task, folder);
  const std::string lines = task.origin(0, 4);
  try {
    trainer.run();
    ADD_FAILURE() << "it went on";
  } catch (const NumericsError& error) {
    EXPECT_THAT(error.what(), HasSubstr("update 2: training has diverged: the loss is not finite"));
    EXPECT_THAT(error.what(), HasSubstr("batch 4 of epoch 0: " + lines));
    EXPECT_THAT(error.what(), HasSubstr("no checkpoint had been written yet"));
    EXPECT_THAT(error.what(), HasSubstr("one batch is bad"));
    EXPECT_THAT(error.what(), HasSubstr("diagnosis.md"));
  }
}

// A run at a rate at which the loss grows but stays a number for long.
Config too_fast(Config config) {
  config.optim.name = OptimizerName::kSgd;
  config.optim.lr = 30;
  config.schedule.name = ScheduleName::kConstant;
  config.model.norm_placement = NormPlacement::kPreLn;
  config.train.max_steps = 40;
  config.train.valid_every = config.train.checkpoint_every = 1000;
  config.train.log_every = 2;
  return config;
}

// The update after which the median of 16 losses is over `ratio` times the first one, by the lines of each update; 0
// where there is none.
std::int64_t first_over(double ratio, const std::vector<nlohmann::json>& lines) {
  for (std::size_t end = kLossesToJudge; end <= lines.size(); ++end) {
    std::vector<double> losses;
    for (std::size_t i = end - kLossesToJudge; i < end; ++i) losses.push_back(lines[i]["loss_nats_per_token"]);
    if (median(losses) > ratio * lines[0]["loss_nats_per_token"].get<double>()) return lines[end - 1]["step"];
  }
  return 0;
}

TEST_F(Divergence, ALossOverAMultipleOfTheFirstIsDivergence) {
  Config config = too_fast(text_->config());
  config.train.log_every = 1;
  try {
    run(config, "run-free");
  } catch (const NumericsError&) {
  }
  const auto lines = test::metrics_of(path("run-free"), "update");
  const double first = lines.at(0)["loss_nats_per_token"];
  const std::int64_t expected = first_over(1.5, lines);
  ASSERT_GE(expected, kLossesToJudge) << "the run does not show the rule";
  config.train.diverged_loss_ratio = 1.5;
  for (const std::int64_t log_every : {1, 7, 1000}) {
    config.train.log_every = log_every;
    try {
      run(config, "run");
      ADD_FAILURE() << "it came to its end";
    } catch (const NumericsError& error) {
      EXPECT_THAT(error.what(),
                  HasSubstr(fmt::format("update {}: training has diverged: the median loss of the last 16", expected)));
      EXPECT_THAT(error.what(), HasSubstr(fmt::format("over 1.5 times that of update 1, {:.4g} ", first)));
      EXPECT_THAT(error.what(), HasSubstr("lower optim.lr"));
      const TrainingResult result = read_results(path() / "results.json");
      EXPECT_EQ(result.reason, StopReason::kDivergence);
      EXPECT_EQ(result.state.step, expected);
      EXPECT_EQ(result.diverged_because, error.what());
      EXPECT_FALSE(result.last_validation);
    }
    TearDown();
  }
}

// What is judged is in the checkpoint: a run that was stopped in between diverges after the same update.
TEST_F(Divergence, AStopDoesNotPutItOff) {
  Config config = too_fast(text_->config());
  config.train.diverged_loss_ratio = 1.5;
  EXPECT_THROW(run(config, "run-whole"), NumericsError);
  const std::int64_t expected = read_results(path("run-whole") / "results.json").state.step;
  Config part = config;
  part.train.max_steps = expected - 3;
  run(part, "run");
  EXPECT_THROW(tasks::train(config, RunFolder(path()), tasks::Start::kResume), NumericsError);
  EXPECT_EQ(read_results(path() / "results.json").state.step, expected);
}

// The first loss is in the checkpoint: a run that was stopped compares with the same one.
TEST_F(Divergence, TheFirstLossSurvivesAStop) {
  Config config = text_->config();
  config.train.max_steps = 5;
  run(config);
  const double first = test::metrics_of(path(), "update").at(0)["loss_nats_per_token"];
  EXPECT_EQ(test::read_json(path() / "last/trainer.json")["first_loss"], first);
  config.train.max_steps = 40;
  config.train.diverged_loss_ratio = 1e-3;
  EXPECT_THROW(tasks::train(config, RunFolder(path()), tasks::Start::kResume), NumericsError);
  EXPECT_EQ(read_results(path() / "results.json").state.step, kLossesToJudge);
  config.train.diverged_loss_ratio = 0;
  EXPECT_EQ(tasks::train(config, RunFolder(path()), tasks::Start::kResume).reason, StopReason::kMaxSteps)
      << "a run that has diverged can be gone on with";
  EXPECT_EQ(read_results(path() / "results.json").state.step, 40);
}

TEST_F(Divergence, WeightsThatOverflowAreNeverSaved) {
  Config config = text_->config();
  config.train.max_steps = 5;
  run(config);
  const auto good = test::content_of(path() / "checkpoints");
  config.train.max_steps = 10;
  config.optim.lr = 1e39;  // past what a configuration may say: the first update overflows
  // Found by the update after it, by the checkpoint that would be written first, or by the norms of the update.
  struct Case {
    std::int64_t checkpoint_every, history;
    const char* message;
  };
  for (const auto& [every, history, message] :
       {Case{5, 0, "update 7: training has diverged: weight embedding.weight is not finite (loss "},
        Case{1, 0, "update 6: weight embedding.weight is not finite any more; "},
        Case{5, 64, "update 6: weight embedding.weight is not finite any more; "}}) {
    config.train.checkpoint_every = every;
    config.train.history = history;
    auto task = task_of(config);
    Trainer trainer(config, *task, RunFolder(path()));
    ASSERT_TRUE(trainer.resume());
    try {
      trainer.run();
      ADD_FAILURE() << "it went on";
    } catch (const NumericsError& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
      EXPECT_THAT(error.what(), HasSubstr("the checkpoint of update 5 is the last good one"));
    }
    EXPECT_EQ(test::content_of(path() / "checkpoints"), good);
  }
}

}  // namespace
}  // namespace prenorm::training
