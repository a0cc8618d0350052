// Decisions about what a run does next, from made-up numbers.
#include "prenorm/training/decisions.h"

#include <gtest/gtest.h>

#include <utility>

#include "prenorm/diagnosis/diagnosis.h"

namespace prenorm::training {
namespace {

runs::TrainerState at_step(std::int64_t step) {
  runs::TrainerState state;
  state.step = step;
  return state;
}

runs::Validation validation_of(double loss, double bleu, double score) {
  runs::Validation validation;
  validation.loss_nats_per_token = loss;
  validation.bleu = bleu;
  validation.scores = {{"accuracy", score}};
  return validation;
}

TEST(Decisions, ARunStopsForTheFirstOfItsReasons) {
  TrainConfig config;
  config.max_steps = 10;
  config.max_epochs = 3;
  config.patience = 2;
  runs::TrainerState state = at_step(9);
  EXPECT_FALSE(stop_reason(config, state, false));
  state.validations_without_improvement = 2;
  EXPECT_EQ(stop_reason(config, state, false), runs::StopReason::kPatience);
  state.epoch = 3;
  EXPECT_EQ(stop_reason(config, state, false), runs::StopReason::kMaxEpochs);
  state.step = 10;
  EXPECT_EQ(stop_reason(config, state, false), runs::StopReason::kMaxSteps);
  EXPECT_EQ(stop_reason(config, state, true), runs::StopReason::kSignal);
}

TEST(Decisions, TheLimitOfTokensEndsARunOnceItIsReached) {
  TrainConfig config;
  config.max_steps = 10;
  config.max_tokens = 500;
  runs::TrainerState state = at_step(9);
  state.target_tokens = 499;
  EXPECT_FALSE(stop_reason(config, state, false));
  state.target_tokens = 500;
  EXPECT_EQ(stop_reason(config, state, false), runs::StopReason::kMaxTokens);
  state.step = 10;
  EXPECT_EQ(stop_reason(config, state, false), runs::StopReason::kMaxSteps) << "whichever comes first";
}

TEST(Decisions, TheWayToTheEndCountsTheNearerLimit) {
  TrainConfig config;
  config.max_steps = 100;
  runs::TrainerState state = at_step(40);
  state.target_tokens = 3000;
  EXPECT_EQ(way_to_the_end(config, state).done, 40);
  EXPECT_EQ(way_to_the_end(config, state).total, 100);
  config.max_tokens = 5000;
  EXPECT_EQ(way_to_the_end(config, state).done, 3000);
  EXPECT_EQ(way_to_the_end(config, state).total, 5000);
  config.max_tokens = 100'000;
  EXPECT_EQ(way_to_the_end(config, state).done, 40'000) << "two fifths, by updates";
}

TEST(Decisions, LimitsOfZeroAreNone) {
  TrainConfig config;
  config.max_steps = 10;
  config.max_epochs = config.patience = 0;
  runs::TrainerState state = at_step(9);
  state.epoch = state.validations_without_improvement = 1000;
  EXPECT_FALSE(stop_reason(config, state, false));
}

TEST(Decisions, NothingIsDueBeforeTheFirstUpdate) {
  TrainConfig config;
  config.valid_every = config.checkpoint_every = 5;
  for (const std::int64_t step : {0, 5, 7, 10}) {
    EXPECT_EQ(validation_due(config, step), step == 5 || step == 10) << step;
    EXPECT_EQ(checkpoint_due(config, step), step == 5 || step == 10) << step;
  }
}

TEST(Decisions, TheFirstUpdateIsObservedAndThenEveryN) {
  TrainConfig config;
  config.observe_every = 0;
  EXPECT_FALSE(observation_due(config, 1));
  config.observe_every = 4;
  for (const std::int64_t step : {1, 2, 4, 5, 8}) EXPECT_EQ(observation_due(config, step), step != 2 && step != 5);
}

TEST(Decisions, OutputIsDueAtTheFirstValidationAfterEachMultiple) {
  TrainConfig config;
  config.valid_every = 10;
  config.bleu_every = 25;
  EXPECT_FALSE(output_due(config, 20));
  EXPECT_TRUE(output_due(config, 30));
  EXPECT_FALSE(output_due(config, 40));
  EXPECT_TRUE(output_due(config, 50));
  config.bleu_every = 0;
  EXPECT_FALSE(output_due(config, 50));
  config.best_metric = BestMetric::kBleu;
  EXPECT_TRUE(output_due(config, 20)) << "each validation is compared by its output";
}

TEST(Decisions, TheBestValidationIsThatOfTheMetric) {
  const runs::Validation first = validation_of(3, 20, 0.5), second = validation_of(2, 19, 0.6);
  for (const auto& [metric, second_is_better] :
       {std::pair(BestMetric::kLoss, true), std::pair(BestMetric::kBleu, false), std::pair(BestMetric::kScore, true)}) {
    TrainConfig config;
    config.best_metric = metric;
    runs::TrainerState state = at_step(5);
    EXPECT_TRUE(record_validation(config, first, state)) << "there was none before";
    state.step = 10;
    EXPECT_EQ(record_validation(config, second, state), second_is_better) << enum_name(metric);
    EXPECT_EQ(state.best_step, second_is_better ? 10 : 5);
    EXPECT_EQ(state.validations_without_improvement, second_is_better ? 0 : 1);
    EXPECT_FALSE(record_validation(config, second_is_better ? second : first, state)) << "no better than itself";
  }
}

TEST(Decisions, ARollbackNeedsTwoCheckpoints) {
  TrainConfig config;
  config.keep_last = 1;
  config.on_fault = OnFault::kStop;
  EXPECT_EQ(checkpoints_kept(config), 1);
  config.on_fault = OnFault::kRollback;
  EXPECT_EQ(checkpoints_kept(config), 2);
  config.keep_last = 5;
  EXPECT_EQ(checkpoints_kept(config), 5);
}

TEST(Decisions, AStallIsNoticedOnceAndOnlyAtTheLossOfTokenFrequencies) {
  runs::TrainerState state = at_step(1000);
  state.unigram_nats = 6;
  state.rate_sum = diagnosis::kUpdatesToJudge;
  runs::UpdateRecord record;
  record.nll = 5.9;
  state.history.add(record, 1);
  EXPECT_TRUE(has_just_stalled(state, diagnosis::kUpdatesToJudge - 1));
  EXPECT_FALSE(has_just_stalled(state, diagnosis::kUpdatesToJudge)) << "noticed at the update before";
  record.nll = 1;
  state.history.add(record, 1);
  EXPECT_FALSE(has_just_stalled(state, diagnosis::kUpdatesToJudge - 1)) << "it has learned";
}

}  // namespace
}  // namespace prenorm::training
