// Branches of tiny runs, each a process.
#include "prenorm/studies/branch_study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/app/train.h"
#include "prenorm/studies/branch_start.h"
#include "prenorm/studies/checkpoint_noise.h"
#include "studies/study_fixture.h"

namespace prenorm::studies {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(BranchPlan, FactorsAreWholeDifferentAndTwoOrMore) {
  EXPECT_EQ(parse_factors("8,1,2"), (std::vector<std::int64_t>{1, 2, 8}));
  const auto refusal = [](const char* text) {
    try {
      parse_factors(text);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  for (const char* text : {"", "1,", "1,x", "1,0.5", "0,1", "-1,2", "1, 2", "1,4097", "1,99999999999999999999"})
    EXPECT_THAT(refusal(text), HasSubstr("is not a whole number from 1 to 4096")) << text;
  EXPECT_THAT(refusal("2,1,2"), HasSubstr("2 is given twice"));
  EXPECT_THAT(refusal("4"), HasSubstr("name at least two factors"));
}

TEST(BranchPlan, BranchesAreWholeUpdatesOfEveryFactor) {
  const BranchStart start{.step = 100, .target_tokens = 60'000, .batches_per_update = 3, .tokens_per_batch = 200};
  EXPECT_EQ(batches_of_branches({.factors = {1, 2, 4}, .tokens = 1}, start), 12);
  EXPECT_EQ(batches_of_branches({.factors = {1, 2, 4}, .tokens = 2400}, start), 12);
  EXPECT_EQ(batches_of_branches({.factors = {1, 2, 4}, .tokens = 2401}, start), 24);
  EXPECT_EQ(batches_of_branches({.factors = {2, 3}, .tokens = 2000}, start), 18);
  EXPECT_EQ(batches_of_branches({.factors = {1, 2, 4}}, start), 240) << "20 updates of the largest batch";
  const BranchStart late{.step = 9, .target_tokens = 6'000'000, .batches_per_update = 3, .tokens_per_batch = 200};
  EXPECT_EQ(batches_of_branches({.factors = {1, 2, 4}}, late), 3000) << "a tenth of the run";
  EXPECT_THROW(batches_of_branches({.factors = {1013, 1019, 1021}}, start), UsageError);
}

TEST(CheckpointNoise, IsThatOfTheStateInTargetTokens) {
  runs::TrainerState state;
  EXPECT_FALSE(checkpoint_noise(state));
  RandomStream random(1);
  for (int i = 0; i < 400; ++i) {
    const double spread = 0.2 * (random.uniform() - 0.5);
    state.noise_scale.add(NoiseScale::kNorm, {{{"encoder.norm.weight", {1 + spread, 30 - spread}}}, 40, 200}, 0.95);
  }
  const std::optional<CheckpointNoise> noise = checkpoint_noise(state);
  ASSERT_TRUE(noise);
  EXPECT_EQ(noise->part, "norm");
  EXPECT_NEAR(*noise->target_tokens.examples, 150, 5);
  EXPECT_GT(noise->target_tokens.low, 130);
  EXPECT_LT(*noise->target_tokens.high, 170);
  EXPECT_THAT(noise_text(*noise), HasSubstr("over the weights of norms"));
  EXPECT_EQ(comparison_text(*noise, {200, 300}), "the noise scale is smaller");
  EXPECT_EQ(comparison_text(*noise, {10, 100}), "the noise scale is larger");
  EXPECT_EQ(comparison_text(*noise, {10, INFINITY}), "the two intervals overlap");
  const auto read = nlohmann::json(*noise).get<CheckpointNoise>();
  EXPECT_EQ(noise_text(read), noise_text(*noise));
  const CheckpointNoise unknown{"total", {std::nullopt, 70, std::nullopt}};
  EXPECT_EQ(noise_text(nlohmann::json(unknown).get<CheckpointNoise>()),
            "no estimate (95 %: 70 target tokens or more) over all weights");
  EXPECT_EQ(comparison_text(unknown, {200, 300}), "the two intervals overlap");
}

class BranchStudyTest : public StudyFixture {
 protected:
  BranchStudyTest() : StudyFixture(/*max_steps=*/8) {
    config_.schedule.name = ScheduleName::kConstant;
    config_.train.checkpoint_every = 4;
    config_.train.seed = static_cast<std::int64_t>(test::test_seed(1));
  }
  runs::RunFolder run() const { return runs::RunFolder(text_ / "run"); }
  void train() const { app::train(config_, run(), app::Start::kNew); }
  BranchStudy study(const BranchOptions& branches, std::optional<double> tolerance = std::nullopt) const {
    return study_branches(run(), branches, tolerance, {}, options_);
  }
  fs::path cell(std::int64_t factor, std::int64_t seed_after = 0) const {
    return StudyFolder(options_.folder)
        .cell(fmt::format("factor={},train.seed={}", factor, config_.train.seed + seed_after));
  }
  static std::string weights(const fs::path& run, std::int64_t step) {
    return test::read_json(runs::RunFolder(run).checkpoint(step) / "trainer.json")["xxh3_128"]["model.safetensors"];
  }
};

// A branch with the run's own seed and batch, at a constant rate, is the run continued.
TEST_F(BranchStudyTest, TheFirstBranchIsTheRunContinuedBitByBit) {
  config_.batch.accumulate = 2;
  train();
  const BranchStudy result = study({.factors = {1, 2}, .tokens = 1, .seeds = 1, .checkpoint = "4"}, 0.1);
  EXPECT_EQ(result.study.failed, 0) << result.study.first_failure;
  ASSERT_EQ(result.rows.size(), 2U);
  EXPECT_EQ(result.start.batches, 4) << "an update of the larger batch";
  EXPECT_EQ(result.rows[0].updates, 2);
  EXPECT_EQ(result.rows[1].updates, 1);

  // The same length again, so that both end at update 8.
  options_.folder = text_ / "long";
  study(
      {.factors = {1, 2}, .tokens = std::llround(7.5 * result.start.tokens_per_batch), .seeds = 1, .checkpoint = "4"});
  EXPECT_EQ(weights(cell(1), 8), weights(run().path(), 8));
  EXPECT_NE(weights(cell(2), 6), weights(run().path(), 8));
  const auto whole = test::read_json(run().results()), branch = test::read_json(cell(1) / "results.json"),
             large = test::read_json(cell(2) / "results.json");
  EXPECT_EQ(branch["last"]["loss_nats_per_token"], whole["last"]["loss_nats_per_token"]);
  EXPECT_EQ(branch["target_tokens"], whole["target_tokens"]);
  EXPECT_EQ(large["target_tokens"], whole["target_tokens"]) << "the same batches, so the same tokens";
}

TEST_F(BranchStudyTest, RatesFollowTheRootOfTheBatchOrTheBatchForSgd) {
  train();
  const LoadedConfig loaded = load_run_config(run().path());
  const BranchStart start{
      .step = 8, .batches = 16, .batches_per_update = 1, .learning_rate = 0.25, .tokens_per_batch = 9};
  for (const OptimizerName name : {OptimizerName::kAdam, OptimizerName::kSgd}) {
    LoadedConfig base = branch_base(run(), loaded, start);
    base.config.optim.name = name;
    const std::vector<Branch> branches = branches_of({.factors = {1, 4}, .seeds = 2}, start, base);
    ASSERT_EQ(branches.size(), 4U);
    EXPECT_EQ(branches[0].cell.config.optim.lr, 0.25);
    EXPECT_EQ(branches[2].cell.config.optim.lr, name == OptimizerName::kSgd ? 1 : 0.5);
    EXPECT_EQ(branches[2].cell.config.batch.accumulate, 4);
    EXPECT_EQ(branches[2].cell.config.train.max_steps, 12);
    EXPECT_EQ(branches[3].seed, config_.train.seed + 1);
  }
}

// Branches of a growing batch start from its size at the checkpoint, at the rate of the schedule there.
TEST_F(BranchStudyTest, StartsFromTheSizeAndTheRateAtTheCheckpoint) {
  config_.batch.accumulate = 4;
  config_.batch.ramp_from = 1;
  config_.batch.ramp_tokens = 1'000;
  config_.schedule = {.name = ScheduleName::kLinear, .warmup_steps = 2, .final_lr_ratio = 0.5};
  config_.train.log_every = 1;
  train();
  options_.dry_run = true;
  const BranchStudy result = study({.factors = {1, 2}, .seeds = 2, .checkpoint = "4"});
  const auto line = test::metrics_of(run().path(), "update").at(4);
  EXPECT_EQ(result.start.batches_per_update, line["batches"]);
  EXPECT_GT(result.start.batches_per_update, 1);
  EXPECT_DOUBLE_EQ(result.start.learning_rate, line["learning_rate"]);
  EXPECT_GT(result.start.tokens_per_batch, 40);
  EXPECT_LE(result.start.tokens_per_batch, 120) << "batch.max_tokens";
  EXPECT_EQ(result.study.unfinished, 4);
  EXPECT_FALSE(fs::exists(options_.folder));
  EXPECT_FALSE(result.critical);
  EXPECT_THAT(to_text(result), HasSubstr("critical batch size: unknown"));
}

class SlowBranchStudy : public BranchStudyTest {};

TEST_F(SlowBranchStudy, FindsTheCriticalBatchAndGrows) {
  config_.train.max_steps = 40;
  config_.train.checkpoint_every = 20;
  config_.train.keep_last = 20;  // those of the best validations too
  train();
  const BranchOptions branches{.factors = {1, 4}, .tokens = 1500, .seeds = 2, .checkpoint = "20"};
  const BranchStudy first = study(branches);
  ASSERT_TRUE(first.critical);
  EXPECT_TRUE(first.tolerance_is_spread);
  ASSERT_TRUE(first.critical->interval);
  EXPECT_EQ(first.rows[0].finished, 2);
  EXPECT_EQ(first.rows[0].difference->mean, 0);
  EXPECT_NEAR(first.rows[1].target_tokens, 1500, 500);
  EXPECT_NE(weights(cell(1), 20 + first.rows[0].updates), weights(cell(1, 1), 20 + first.rows[0].updates));
  const nlohmann::json json = to_json(first);
  EXPECT_EQ(json["branches"].size(), 2U);
  EXPECT_EQ(json["study"]["cells"].size(), 4U);
  EXPECT_THAT(to_text(first), HasSubstr("critical batch size: "));

  const auto before = test::content_of(options_.folder);
  study({.factors = {1, 4}, .seeds = 2});
  EXPECT_EQ(test::content_of(options_.folder), before) << "nothing is run again";
  const BranchStudy more = study({.factors = {1, 2, 4}, .seeds = 2});
  EXPECT_EQ(more.rows.size(), 3U);
  EXPECT_EQ(more.start.batches, first.start.batches);
  const auto refusal = [&](const BranchOptions& options) { return refusal_of([&] { study(options); }); };
  EXPECT_THAT(refusal({.factors = {1, 4}, .tokens = 9000}), HasSubstr("leave out --tokens"));
  EXPECT_THAT(refusal({.factors = {1, 4}, .checkpoint = "40"}), HasSubstr("has branches from update 20"));
  EXPECT_THAT(refusal({.factors = {1, 4096}}), HasSubstr("are not whole updates of factor 4096"));
}

TEST_F(BranchStudyTest, WhatCannotBranchIsRefusedBeforeAnythingStarts) {
  const auto refusal = [&](const BranchOptions& options) { return refusal_of([&] { study(options); }); };
  EXPECT_THAT(refusal({.factors = {1, 2}}), HasSubstr("not a run folder"));
  config_.train.average_last = 2;
  train();
  EXPECT_THAT(refusal({.factors = {1, 2}, .checkpoint = "average"}), HasSubstr("has weights alone, no optimizer"));
  EXPECT_THAT(refusal({.factors = {1, 2}, .checkpoint = "first"}), HasSubstr("--checkpoint"));
  EXPECT_FALSE(fs::exists(options_.folder));
}

TEST_F(BranchStudyTest, ARunWithoutValidationTextOrWithoutARateIsRefused) {
  config_.data.valid_source = config_.data.valid_target = "";
  config_.schedule = {.name = ScheduleName::kLinear, .warmup_steps = 1};
  train();
  const auto refusal = [&](const BranchOptions& options) { return refusal_of([&] { study(options); }); };
  EXPECT_THAT(refusal({.factors = {1, 2}, .checkpoint = "4"}), HasSubstr("has no validation text"));
  EXPECT_THAT(refusal({.factors = {1, 2}}), HasSubstr("the learning rate after update 8 is 0"));
}

}  // namespace
}  // namespace prenorm::studies
