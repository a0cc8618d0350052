// The first update foreseen against the first update made, and the rule on top of it.
#include "prenorm/advice/advice.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/layer_norm.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "prenorm/advice/advice_text.h"
#include "prenorm/base/error.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/optim/gradient_norm.h"
#include "prenorm/optim/optimizer.h"
#include "prenorm/tasks/synthetic_task.h"
#include "small_translator.h"

namespace prenorm::advice {
namespace {

using ::testing::HasSubstr;

Config small_config(OptimizerName optimizer = OptimizerName::kAdam) {
  Config config = test::small_translator();
  config.batch.max_tokens = 120;
  config.model.dropout = 0.3;  // which measuring leaves out
  config.optim.name = optimizer;
  config.runtime = {.threads = 1, .workers = 1, .share_tokens = 1'000'000};
  return config;
}

// What tells tokens apart, from LayerNorm itself.
double spread_of(const at::Tensor& states) {
  const at::Tensor normed = at::layer_norm(states.to(at::kDouble), {states.size(1)}, {}, {}, 0);
  const double shared = optim::l2_norm(normed.mean(0)) / std::sqrt(static_cast<double>(states.size(1)));
  return std::sqrt(1 - shared * shared);
}

struct Seen {
  double loss = 0, spread = 0;
};

Seen look(tasks::SyntheticTask& task, std::int64_t index) {
  const at::NoGradGuard no_grad;
  Seen seen;
  const nn::Observer observer = [&](std::string_view point, const at::Tensor& states) {
    if (point == "decoder.layers.1.feed_forward.output") seen.spread = spread_of(states);
  };
  const batches::Batch batch = task.batch(0, index);
  seen.loss = task.model().loss(batch, 0.1, {.observer = &observer}).loss_sum.item<double>() /
              static_cast<double>(batch.target_tokens());
  return seen;
}

class FirstUpdateOf : public ::testing::TestWithParam<OptimizerName> {};
INSTANTIATE_TEST_SUITE_P(EveryOptimizer, FirstUpdateOf,
                         ::testing::Values(OptimizerName::kAdam, OptimizerName::kAdamW, OptimizerName::kRAdam,
                                           OptimizerName::kSgd),
                         [](const auto& p) { return std::string(enum_name(p.param)); });

// At several rates, with weight decay, momentum and clipping.
TEST_P(FirstUpdateOf, IsWhatTheOptimizerDoes) {
  Config config = small_config(GetParam());
  config.optim.weight_decay = 0.01;
  config.optim.momentum = 0.9;
  config.optim.clip_norm = 0.5;
  for (const double rate : {1e-4, 3e-3, 0.1}) {
    tasks::SyntheticTask made(config, {}), foreseen(config, {});
    const advice::UpdatedModel model = advice::FirstUpdate(foreseen, config).at(rate);

    const batches::Batch batch = made.batch(0, 0);
    made.model().loss(batch, 0.1, {}).loss_sum.backward();
    nn::Parameters& p = made.parameters();
    const double scale = 1 / static_cast<double>(batch.target_tokens());
    const double clip = std::min(1.0, 0.5 / (optim::l2_norm(p.gradients()) * scale));
    {
      const at::NoGradGuard no_grad;
      optim::Optimizer(config.optim, p.values(), p.gradients()).step(rate, scale * clip);
    }
    const Seen seen = look(made, 1);
    EXPECT_EQ(model.learning_rate, rate);
    EXPECT_NEAR(model.loss_nats_per_token, seen.loss, 1e-4 * seen.loss);
    ASSERT_EQ(model.layers.size(), 4U) << "two layers of encoder and decoder each";
    EXPECT_EQ(model.layers.back().point, "decoder.layers.1.feed_forward.output");
    EXPECT_NEAR(model.layers.back().spread, seen.spread, 2e-4);
  }
}

TEST(FirstUpdate, LeavesTheModelAsItWas) {
  const Config config = small_config();
  tasks::SyntheticTask task(config, {});
  const at::Tensor before = task.parameters().values().clone();
  advice::FirstUpdate update(task, config);
  const advice::UpdatedModel first = update.at(0);
  update.at(10);
  EXPECT_TRUE(task.parameters().values().equal(before));
  EXPECT_EQ(update.at(0).loss_nats_per_token, first.loss_nats_per_token);
  EXPECT_EQ(update.at(0).layers.back().spread, first.layers.back().spread);
}

TEST(FirstUpdate, OfABatchInSharesIsThatOfTheBatch) {
  Config config = small_config();
  tasks::SyntheticTask whole(config, {}), shared(config, {});
  const advice::UpdatedModel a = advice::FirstUpdate(whole, config).at(1e-3);
  config.runtime = {.threads = 2, .workers = 2, .share_tokens = 30};
  const advice::UpdatedModel b = advice::FirstUpdate(shared, config).at(1e-3);
  EXPECT_NEAR(a.loss_nats_per_token, b.loss_nats_per_token, 1e-4);
  for (std::size_t i = 0; i < a.layers.size(); ++i) EXPECT_NEAR(a.layers[i].spread, b.layers[i].spread, 1e-3);
}

TEST(Advice, TheRuleAsksForAShareAndForASize) {
  EXPECT_TRUE(is_safe(0.5, 0.5));
  EXPECT_TRUE(is_safe(0.5, advice::kSpreadKept * 0.5 + 1e-9));
  EXPECT_FALSE(is_safe(0.5, advice::kSpreadKept * 0.5 - 1e-9));
  EXPECT_FALSE(is_safe(0.2, advice::kSmallestSpread - 1e-9)) << "half of it is left, but that is too little";
  EXPECT_TRUE(is_safe(0.01, 0.01)) << "an update that changes nothing is safe";
  EXPECT_FALSE(is_safe(0.5, NAN));
}

TEST(Advice, TheLimitIsWhereTheRuleTurns) {
  const Config config = small_config();
  for (const double start : {1e-6, 1e-3, 10.0}) {
    Config mine = config;
    mine.optim.lr = start;
    tasks::SyntheticTask task(mine, {});
    const advice::StartOfTraining measured = measure_start(task, mine);
    advice::FirstUpdate update(task, mine);
    const double before = measured.before.layers.back().spread;
    EXPECT_EQ(measured.after.learning_rate, start);
    EXPECT_TRUE(is_safe(before, update.at(measured.largest_safe_lr / 1.1).layers.back().spread)) << start;
    EXPECT_FALSE(is_safe(before, update.at(measured.largest_safe_lr * 1.1).layers.back().spread)) << start;
  }
}

std::unique_ptr<updates::Task> synthetic(const Config& config) {
  return std::make_unique<tasks::SyntheticTask>(config, tasks::SyntheticLengths{});
}

// The point of the paper: at the same size pre_ln bears the larger rate.
TEST(Advice, PreLnBearsALargerRateThanPostLn) {
  be_quiet(true);
  Config config = small_config();
  config.model.encoder_layers = config.model.decoder_layers = 6;
  config.model.d_model = 32;
  config.model.norm_placement = NormPlacement::kPostLn;
  const advice::Advice post = advise(config, 1, synthetic);
  ASSERT_TRUE(post.largest_with_pre_ln);
  // 5 seeds: 1.39 times or more; without a difference it would be 1.
  EXPECT_GT(*post.largest_with_pre_ln, 1.2 * post.largest_safe_lr);
  config.model.norm_placement = NormPlacement::kPreLn;
  const advice::Advice pre = advise(config, 1, synthetic);
  EXPECT_FALSE(pre.largest_with_pre_ln);
  EXPECT_EQ(pre.largest_safe_lr, *post.largest_with_pre_ln) << "the same model";
}

TEST(Advice, SaysWhatFollows) {
  be_quiet(true);
  Config config = small_config();
  config.model.norm_placement = NormPlacement::kPostLn;
  config.optim.lr = 1;
  const advice::Advice high = advise(config, 1, synthetic);
  EXPECT_FALSE(high.starts_safely());
  EXPECT_THAT(to_text(high), HasSubstr("adam at 1: needs warm-up\n"));
  EXPECT_THAT(to_text(high), HasSubstr("schedule.warmup_steps = "));
  config.optim.lr = 1e-6;
  const advice::Advice low = advise(config, 1, synthetic);
  EXPECT_TRUE(low.starts_safely());
  EXPECT_FALSE(low.is_close());
  EXPECT_THAT(to_text(low), HasSubstr("adam at 1e-06: starts safely at this rate\n"));
  EXPECT_EQ(to_json(low)["verdict"], "starts safely at this rate");
  EXPECT_NEAR(low.largest_safe_lr / high.largest_safe_lr, 1, 0.2) << "from wherever the search starts";
  config.optim.lr = 0;
  EXPECT_THROW(advise(config, 1, synthetic), UsageError);
}

}  // namespace
}  // namespace prenorm::advice
