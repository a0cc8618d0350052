// The end of a run that diverges: its message and the files it leaves.
#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "prenorm/base/error.h"
#include "prenorm/base/statistics.h"
#include "prenorm/training/trainer.h"
#include "training/fault_fixture.h"

namespace prenorm::training {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Divergence : public FaultTest {};

// A translation task whose weights can be damaged at any update.
class SpoiltTask : public tasks::TranslationTask {
 public:
  using tasks::TranslationTask::TranslationTask;
  updates::LoadedBatch load(std::int64_t epoch, std::int64_t batch, const updates::Sharing& sharing) override {
    const updates::LoadedBatch whole = tasks::TranslationTask::load(epoch, batch, sharing);
    if (batch != bad_batch) return whole;
    return {whole.shares(), [whole](auto share, auto replica, const nn::Context& context) {
              updates::BatchLoss result = whole.loss(share, replica, context);
              result.loss_sum = result.loss_sum * std::numeric_limits<double>::infinity();
              return result;
            }};
  }
  std::int64_t bad_batch = -1;
};

TEST_F(Divergence, ALossThatIsNotFiniteNamesTheBatchOfAnAccumulatedUpdate) {
  Config config = text_->config();
  config.batch.accumulate = 3;
  const fs::path prepared = *text_ / "prepared";
  const runs::Tokenizers tokenizers = app::make_tokenizers(config, prepared);
  SpoiltTask task(config, tokenizers, prepared);
  task.bad_batch = 4;  // the second batch of the second update
  runs::RunFolder folder(path());
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

// A run whose loss grows slowly on any machine: each batch weighs 1.05 times as much as the one before.
Config growing(Config config) {
  config.train.max_steps = 40;
  config.train.valid_every = config.train.checkpoint_every = 1000;
  return config;
}
Breakage growth() {
  return {.loss_factor = [](std::int64_t batch) { return std::pow(1.05, static_cast<double>(batch)); }};
}

// The update after which the median of 16 losses is over `ratio` times the first one, according to the lines of each
// update; 0 if there is none.
std::int64_t first_over(double ratio, const std::vector<nlohmann::json>& lines) {
  for (std::size_t end = runs::kLossesToJudge; end <= lines.size(); ++end) {
    std::vector<double> losses;
    for (std::size_t i = end - runs::kLossesToJudge; i < end; ++i) losses.push_back(lines[i]["loss_nats_per_token"]);
    if (lower_median(losses) > ratio * lines[0]["loss_nats_per_token"].get<double>()) return lines[end - 1]["step"];
  }
  return 0;
}

TEST_F(Divergence, ALossOverAMultipleOfTheFirstIsDivergence) {
  Config config = growing(text_->config());
  config.train.log_every = 1;
  train(config, "run-free", growth());
  const auto lines = test::metrics_of(path("run-free"), "update");
  const double first = lines.at(0)["loss_nats_per_token"];
  const std::int64_t expected = first_over(1.5, lines);
  ASSERT_GE(expected, runs::kLossesToJudge) << "the run does not show the rule";
  config.train.diverged_loss_ratio = 1.5;
  for (const std::int64_t log_every : {1, 7, 1000}) {
    config.train.log_every = log_every;
    EXPECT_THAT(
        [&] { train(config, fmt::format("run-{}", log_every), growth()); },
        ThrowsMessage<NumericsError>(AllOf(
            HasSubstr(fmt::format("update {}: training has diverged: the median loss of the last 16", expected)),
            HasSubstr(fmt::format("over 1.5 times that of update 1, {:.4g} ", first)), HasSubstr("lower optim.lr"))));
  }
}

// The losses are part of the checkpoint, so a run that was stopped in between diverges after the same update.
TEST_F(Divergence, AStopDoesNotPutItOff) {
  Config config = growing(text_->config());
  config.train.log_every = 1;
  train(config, "run-free", growth());
  const std::int64_t expected = first_over(1.5, test::metrics_of(path("run-free"), "update"));
  config.train.diverged_loss_ratio = 1.5;
  config.train.max_steps = expected - 3;
  train(config, "run", growth());
  config.train.max_steps = 40;
  EXPECT_THAT([&] { train(config, "run", growth()); },
              ThrowsMessage<NumericsError>(HasSubstr(fmt::format("update {}: training has diverged", expected))));
}

// The first loss is part of the checkpoint, so a run that was stopped compares with the same one.
TEST_F(Divergence, TheFirstLossSurvivesAStop) {
  Config config = text_->config();
  config.train.max_steps = 5;
  run(config);
  const double first = test::metrics_of(path(), "update").at(0)["loss_nats_per_token"];
  EXPECT_EQ(test::read_json(path() / "last/trainer.json")["first_loss"], first);
  config.train.max_steps = 40;
  config.train.diverged_loss_ratio = 1e-3;
  EXPECT_THROW(app::train(config, runs::RunFolder(path()), app::Start::kResume), NumericsError);
  const runs::TrainingResult diverged = runs::read_results(path() / "results.json");
  EXPECT_EQ(diverged.reason, runs::StopReason::kDivergence);
  EXPECT_EQ(diverged.state.step, runs::kLossesToJudge);
  EXPECT_THAT(diverged.diverged_because, HasSubstr("training has diverged: the median loss of the last 16"));
  EXPECT_FALSE(diverged.last_validation);
  config.train.diverged_loss_ratio = 0;
  EXPECT_EQ(app::train(config, runs::RunFolder(path()), app::Start::kResume).reason, runs::StopReason::kMaxSteps)
      << "a run that has diverged can be gone on with";
  EXPECT_EQ(runs::read_results(path() / "results.json").state.step, 40);
}

TEST_F(Divergence, WeightsThatOverflowAreNeverSaved) {
  Config config = text_->config();
  config.train.max_steps = 5;
  run(config);
  const auto good = test::content_of(path() / "checkpoints");
  config.train.max_steps = 10;
  config.optim.lr = 1e39;  // beyond the range of the configuration: the first update overflows
  // Detected by the next update, by the first checkpoint to be written, or by the norms of the update.
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
    Trainer trainer(config, *task, runs::RunFolder(path()));
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
