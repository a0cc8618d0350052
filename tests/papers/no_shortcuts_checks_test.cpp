// The checks hold for measurements with the property that the paper claims, and fail for measurements without it.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "papers/failed_checks.h"
#include "prenorm/papers/no_shortcuts/checks.h"

namespace prenorm::papers::no_shortcuts {
namespace {

using test::failed_checks_of;

// One seed of what the quick form measures.
Initializations measured_networks() { return measure_initializations({1, /*quick=*/true}, Cells()); }

TEST(SlowShortcutChecks, HoldForWhatIsMeasuredAndFailForOtherMethods) {
  Initializations networks = measured_networks();
  EXPECT_EQ(failed_checks_of(check_attention_only, networks), std::set<std::string>{});
  EXPECT_EQ(failed_checks_of(check_blocks, networks), std::set<std::string>{});
  EXPECT_EQ(failed_checks_of(check_feed_forward, networks), std::set<std::string>{});
  for (auto* list : {&networks.gaussian_inputs, &networks.gaussian_queries, &networks.blocks}) {
    // Plain attention changes places with V-SkipInit, U-SPA with E-SPA stays.
    std::swap(list->front().seeds, list->back().seeds);
  }
  const auto attention = failed_checks_of(check_attention_only, networks);
  for (const char* name : {"plain_gaussian_inputs", "plain_collapse", "plain_over_e_spa", "plain_gaussian_queries",
                           "u_spa_over_v_skip_init", "v_skip_init_gaussian_inputs"})
    EXPECT_TRUE(attention.contains(name)) << name;
  const auto blocks = failed_checks_of(check_blocks, networks);
  for (const char* name : {"plain_block_angle", "v_skip_init_block_cosine"}) EXPECT_TRUE(blocks.contains(name)) << name;
  EXPECT_EQ(failed_checks_of(check_models, networks), std::set<std::string>{});
  EXPECT_EQ(failed_checks_of(check_recursion, networks), std::set<std::string>{});
  networks.orthogonal_inputs.front().seeds.front().model_error = 1e-6;
  networks.all_tokens.front().setting.score_gain = 20;
  EXPECT_EQ(failed_checks_of(check_models, networks).size(), 1U);
  EXPECT_EQ(failed_checks_of(check_recursion, networks), std::set<std::string>{"all_tokens_recursion"});
  networks.feed_forward.front().seeds = networks.blocks.back().seeds;
  EXPECT_TRUE(failed_checks_of(check_feed_forward, networks).contains("relu_network"));
}

TEST(ShortcutChecks, OfGradientsFailIfTheyDoNotVanish) {
  const GradientProfile level{{1, 1, 1}, {}, {}}, falling{{1, 0.1, 1e-4}, {}, {}};
  const auto profiles = [](const GradientProfile& plain, const GradientProfile& kept) {
    return std::vector<GradientProfiles>{
        {Arm::kPlain, 3, {plain}}, {Arm::kUniform, 3, {kept}}, {Arm::kExponential, 3, {kept}}};
  };
  EXPECT_EQ(failed_checks_of(check_gradients, profiles(falling, level)), std::set<std::string>{});
  EXPECT_EQ(failed_checks_of(check_gradients, profiles(level, falling)).size(), 4U);
}

// A loss that falls from 3 nats by `fall` in 200 updates, at a rate that decays over `time` updates.
TrainingRuns falling_runs(Arm arm, std::int64_t layers, double fall, double time) {
  Trajectory t;
  for (int update = 10; update <= 200; update += 10) {
    t.update.push_back(update);
    t.loss.push_back(3 - fall * (1 - std::exp(-update / time)));
  }
  return {{arm, layers, 200}, {t, t}};
}

Trainings made_trainings() {
  return {3,
          {falling_runs(Arm::kPreLn, 12, 0.6, 20), falling_runs(Arm::kNoNorm, 12, 0.6, 20),
           falling_runs(Arm::kValueSkip, 12, 0.55, 40), falling_runs(Arm::kExponential, 12, 0.55, 70),
           falling_runs(Arm::kPlain, 12, 0, 20), falling_runs(Arm::kPreLn, 36, 0.6, 20),
           falling_runs(Arm::kValueSkip, 36, 0.5, 40)}};
}

TEST(ShortcutChecks, OfTrainingFailForModelsThatDoNotLearn) {
  Trainings trainings = made_trainings();
  EXPECT_EQ(failed_checks_of(check_training, trainings), std::set<std::string>{});
  std::swap(trainings.runs[2].seeds, trainings.runs[4].seeds);
  trainings.runs[1] = falling_runs(Arm::kNoNorm, 12, 0.6, 100);
  std::swap(trainings.runs[5].seeds, trainings.runs[6].seeds);
  EXPECT_EQ(
      failed_checks_of(check_training, trainings),
      (std::set<std::string>{"v_skip_init_loss_gain", "plain_loss_gain", "no_norm_update_ratio",
                             "v_skip_init_update_ratio", "v_skip_init_over_pre_ln", "v_skip_init_deficit_grows"}));
}

TEST(ShortcutChecks, TellHowManyMoreUpdatesAreNeeded) {
  const Trainings trainings = made_trainings();
  const std::vector<double> ratios = update_ratios(trainings.runs[2], trainings.runs[0]);
  ASSERT_EQ(ratios.size(), 2U);
  EXPECT_GT(ratios[0], 1.5);
  EXPECT_LT(ratios[0], 5);
  EXPECT_EQ(training_notes(trainings).size(), 3U) << "V-SkipInit twice, and E-SPA";
}

}  // namespace
}  // namespace prenorm::papers::no_shortcuts
