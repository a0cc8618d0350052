// The size and the rate of the next update, from made-up states.
#include "prenorm/updates/next_update.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/random.h"
#include "test_seed.h"

namespace prenorm::updates {
namespace {

runs::TrainerState after_tokens(std::int64_t tokens) {
  runs::TrainerState state;
  state.target_tokens = tokens;
  return state;
}

TEST(NextUpdate, HasAllItsBatchesWithoutARamp) {
  BatchConfig batch;
  batch.accumulate = 5;
  for (const std::int64_t tokens : {0, 1, 1'000'000}) EXPECT_EQ(batches_of_next_update(batch, after_tokens(tokens)), 5);
}

TEST(NextUpdate, GrowsLinearlyInTokensFromTheFirstSizeToTheLast) {
  BatchConfig batch;
  batch.accumulate = 10;
  batch.ramp_from = 2;
  batch.ramp_tokens = 800;
  for (const auto& [tokens, batches] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {0, 2}, {99, 2}, {100, 3}, {199, 3}, {200, 4}, {400, 6}, {799, 9}, {800, 10}, {801, 10}, {1'000'000, 10}})
    EXPECT_EQ(batches_of_next_update(batch, after_tokens(tokens)), batches) << tokens;
}

// Batches of 20 examples with 5 tokens each. Every update measures the same moments, so the mean has them too.
runs::TrainerState after_updates(int updates, const noise::Moments& moments) {
  runs::TrainerState state;
  for (int i = 0; i < updates; ++i) {
    state.noise_scale.add(NoiseScale::kAll, {{{"encoder.norm.weight", moments}}, 40, 200}, 0.95);
    state.batches += 2;
    state.target_tokens += 200;
  }
  return state;
}

TEST(NextUpdate, FollowsTheNoiseScaleWithinItsLimits) {
  BatchConfig batch;
  batch.accumulate = 10;
  batch.ramp_from = 2;
  batch.follow = BatchFollow::kNoiseScale;
  const auto batches = [&](int updates, const noise::Moments& moments) {
    return batches_of_next_update(batch, after_updates(updates, moments));
  };
  EXPECT_EQ(batches(0, {}), 2);
  EXPECT_EQ(batches(5, {1, 100}), 2) << "too few updates to believe";
  EXPECT_EQ(batches(100, {1, 100}), 5) << "100 examples of 20 a batch";
  EXPECT_EQ(batches(100, {1, 129}), 6);
  EXPECT_EQ(batches(100, {1, 1}), 2);
  EXPECT_EQ(batches(100, {1, 1e9}), 10);
  EXPECT_EQ(batches(100, {-1, 100}), 10) << "no estimate: more than any";
}

// Any ramp: never smaller than before, from the first size to the full one, within one batch of the line.
TEST(NextUpdate, StaysWithinABatchOfTheLine) {
  RandomStream random(test::test_seed(1));
  for (int i = 0; i < 200; ++i) {
    BatchConfig batch;
    batch.accumulate = 2 + static_cast<std::int64_t>(random.below(i % 2 == 0 ? 30 : 999'998));
    batch.ramp_from = 1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(batch.accumulate - 1)));
    batch.ramp_tokens = 1 + static_cast<std::int64_t>(random.below(i % 3 == 0 ? 100 : 1'000'000'000'000));
    EXPECT_EQ(batches_of_next_update(batch, after_tokens(0)), batch.ramp_from);
    EXPECT_EQ(batches_of_next_update(batch, after_tokens(batch.ramp_tokens)), batch.accumulate);
    std::int64_t before = batch.ramp_from;
    for (int part = 0; part <= 20; ++part) {
      const auto tokens = static_cast<std::int64_t>(static_cast<double>(batch.ramp_tokens) * part / 20);
      const std::int64_t here = batches_of_next_update(batch, after_tokens(tokens));
      const double line = static_cast<double>(batch.ramp_from) +
                          static_cast<double>(batch.accumulate - batch.ramp_from) * static_cast<double>(tokens) /
                              static_cast<double>(batch.ramp_tokens);
      EXPECT_GE(here, before);
      EXPECT_LE(static_cast<double>(here), line + 1e-6);
      EXPECT_GT(static_cast<double>(here), line - 1 - 1e-6);
      before = here;
    }
  }
}

TEST(NextUpdate, TheRateCountsUpdatesOrTokens) {
  Config config;
  config.optim.lr = 1;
  config.schedule = {.name = ScheduleName::kConstant, .warmup_steps = 100};
  runs::TrainerState state = after_tokens(30);
  state.step = 9;
  EXPECT_DOUBLE_EQ(rate_of_next_update(config, state, 20, 0), 0.1) << "update 10 of 100";
  config.schedule.unit = ScheduleUnit::kTokens;
  EXPECT_DOUBLE_EQ(rate_of_next_update(config, state, 20, 0), 0.5) << "tokens 31 to 50 of 100";
  EXPECT_EQ(rate_of_next_update(config, state, 70, 0), 1);
}

TEST(NextUpdate, TheDecayEndsWithTheTokensOrTheUpdates) {
  Config config;
  config.optim.lr = 1;
  config.schedule = {.name = ScheduleName::kLinear, .decay_start_steps = 0, .final_lr_ratio = 0.2};
  config.train.max_steps = 10;
  config.train.max_tokens = 1000;
  runs::TrainerState state = after_tokens(500);
  state.step = 9;
  EXPECT_DOUBLE_EQ(rate_of_next_update(config, state, 100, 0), 1 - 0.8 * 0.9);
  config.schedule.unit = ScheduleUnit::kTokens;
  EXPECT_DOUBLE_EQ(rate_of_next_update(config, state, 100, 0), 1 - 0.8 * 0.5);
  state.target_tokens = 2000;
  EXPECT_DOUBLE_EQ(rate_of_next_update(config, state, 100, 0), 0.2);
}

}  // namespace
}  // namespace prenorm::updates
