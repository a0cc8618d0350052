// One update, as made by training, benchmarks and advice.
#include "prenorm/updates/updater.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "prenorm/optim/gradient_norm.h"
#include "prenorm/tasks/synthetic_task.h"
#include "small_translator.h"

namespace prenorm::updates {
namespace {

Config config_of_two_batches() {
  Config config = test::small_translator();
  config.runtime = {.threads = 1, .workers = 1};
  config.optim.name = OptimizerName::kSgd;
  config.optim.momentum = config.optim.weight_decay = 0;
  config.batch.accumulate = 2;
  return config;
}

TEST(Updater, TheUpdateOfBatchesIsTheOneThatTrainingMakesOfThem) {
  const Config config = config_of_two_batches();
  tasks::SyntheticTask task(config, {}), again(config, {});
  Updater training(config, task), other(config, again);
  runs::TrainerState state;
  const Update made = training.compute(state);
  ASSERT_EQ(made.batches.size(), 2U);
  EXPECT_EQ(state.batch, 2) << "moved past its batches";
  const Update same = other.gradient(made.batches);
  EXPECT_EQ(same.grad_norm, made.grad_norm);
  EXPECT_EQ(same.loss_nats, made.loss_nats);
  EXPECT_EQ(same.target_tokens, made.target_tokens);
  EXPECT_TRUE(again.parameters().gradients().equal(task.parameters().gradients()));
  EXPECT_NE(other.gradient({made.batches.front()}).target_tokens, made.target_tokens);
}

TEST(Updater, AnUpdateMovesTheWeightsByRateTimesTheClippedMeanGradient) {
  Config config = config_of_two_batches();
  config.optim.clip_norm = 0.01;
  tasks::SyntheticTask task(config, {});
  Updater updater(config, task);
  Update update = updater.gradient({MicroBatch{}});
  ASSERT_GT(update.grad_norm, config.optim.clip_norm);
  update.learning_rate = 0.5;
  const at::Tensor before = task.parameters().values().clone();
  updater.apply(update, /*measure=*/false);
  EXPECT_NEAR(optim::l2_norm(task.parameters().values() - before), 0.5 * config.optim.clip_norm, 1e-5);
}

}  // namespace
}  // namespace prenorm::updates
