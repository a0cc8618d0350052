// Decisions about faults, from made-up numbers.
#include "prenorm/training/fault_decisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prenorm::training {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using updates::Fault;
using updates::FaultAction;
using updates::FaultKind;

updates::Update update_at(std::int64_t step) {
  updates::Update update;
  update.step = step;
  update.batches = {{1, 4, {}}, {1, 5, {}}};
  return update;
}

TrainConfig config_of(OnFault on_fault) {
  TrainConfig config;
  config.on_fault = on_fault;
  config.max_faults = 2;
  return config;
}

TEST(FaultDecisions, ABatchIsSkippedOnlyBeforeItsUpdateAndWithGoodWeights) {
  const TrainConfig config = config_of(OnFault::kSkip);
  runs::TrainerState state;
  const auto action = [&](const Fault& fault) { return action_for(fault, config, state, true); };
  Fault fault{FaultKind::kLossSpike, update_at(3)};
  EXPECT_EQ(action(fault), FaultAction::kSkip);
  fault.bad.kind = updates::TensorKind::kWeight;
  EXPECT_EQ(action(fault), FaultAction::kStop);
  EXPECT_EQ(action({FaultKind::kLossRatio, update_at(3)}), FaultAction::kStop);
  state.faults_in_a_row = 3;
  EXPECT_EQ(action({FaultKind::kLossSpike, update_at(3)}), FaultAction::kStop) << "more than train.max_faults";
}

TEST(FaultDecisions, ARollbackNeedsACheckpoint) {
  const Fault fault{FaultKind::kWeightNotFinite, update_at(3)};
  const runs::TrainerState state;
  EXPECT_EQ(action_for(fault, config_of(OnFault::kRollback), state, true), FaultAction::kRollback);
  EXPECT_EQ(action_for(fault, config_of(OnFault::kRollback), state, false), FaultAction::kStop);
  EXPECT_EQ(action_for(fault, config_of(OnFault::kStop), state, true), FaultAction::kStop);
}

TEST(FaultDecisions, ARunIsPastAFaultOnceItsUpdateOrTheNextIsMade) {
  runs::TrainerState state;
  count_fault({FaultKind::kLossSpike, update_at(7)}, state);
  EXPECT_EQ(state.past_faults, 7);
  count_fault({FaultKind::kLossRatio, update_at(7)}, state);
  EXPECT_EQ(state.past_faults, 8) << "that update had been made";
  count_fault({FaultKind::kLossSpike, update_at(2)}, state);
  EXPECT_EQ(state.past_faults, 8);
  EXPECT_EQ(state.faults, 3);
  EXPECT_EQ(state.faults_in_a_row, 3);
}

TEST(FaultDecisions, ARollbackKeepsTheDataPositionAndTheCounts) {
  runs::TrainerState checkpoint, now;
  checkpoint.step = 10;
  checkpoint.best_step = 5;
  checkpoint.seconds = 1;
  now.step = 17;
  now.epoch = 2;
  now.batch = 3;
  now.faults = now.faults_in_a_row = 1;
  now.past_faults = 18;
  now.seconds = 4;
  record_skipped(update_at(17), now);
  const runs::TrainerState back = rolled_back(checkpoint, now);
  EXPECT_EQ(back.step, 10);
  EXPECT_EQ(back.best_step, 5);
  EXPECT_EQ(back.epoch, 2);
  EXPECT_EQ(back.batch, 3);
  EXPECT_EQ(back.faults, 1);
  EXPECT_EQ(back.past_faults, 18);
  EXPECT_EQ(back.seconds, 4);
  ASSERT_EQ(back.skipped.size(), 1U);
  EXPECT_EQ(back.skipped[0].update, 17);
  EXPECT_EQ(back.skipped[0].batch, 4);
  EXPECT_EQ(back.skipped[0].batches, 2);
}

TEST(FaultDecisions, LossesAreJudgedAgainstTheFirstOnceThereAreEnough) {
  TrainConfig config;
  config.diverged_loss_ratio = 2;
  runs::TrainerState state;
  state.step = 20;
  state.first_loss = 4;
  state.recent_losses.assign(static_cast<std::size_t>(runs::kLossesToJudge) - 1, 9);
  EXPECT_FALSE(fault_after_update(config, state, update_at(20), true)) << "too few";
  state.recent_losses.push_back(9);
  const auto fault = fault_after_update(config, state, update_at(20), true);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::kLossRatio);
  EXPECT_EQ(fault->usual, 4);
  EXPECT_THAT(fault->what, HasSubstr("over 2 times that of update 1, 4 "));
  EXPECT_EQ(fault_after_update(config, state, update_at(20), false)->kind, FaultKind::kWeightNotFinite);
  state.first_loss = 4.5;
  EXPECT_FALSE(fault_after_update(config, state, update_at(20), true));
}

TEST(FaultDecisions, TheMessageSaysWhetherTheUpdateWasMade) {
  Fault fault{FaultKind::kLossSpike, update_at(3), 1, "the loss is large"};
  EXPECT_THAT(what_stops(fault, true), StartsWith("training has diverged: the loss is large (loss"));
  EXPECT_THAT(what_stops(fault, true), EndsWith("the update was not made"));
  fault = {FaultKind::kWeightNotFinite, update_at(3), 0, "weight w is not finite"};
  EXPECT_EQ(what_stops(fault, true), "weight w is not finite any more");
  EXPECT_EQ(what_stops(fault, false), "weight w is not finite");
  fault.kind = FaultKind::kValidationNotFinite;
  EXPECT_EQ(what_stops(fault, true), "weight w is not finite");
}

}  // namespace
}  // namespace prenorm::training
