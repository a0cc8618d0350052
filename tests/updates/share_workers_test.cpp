// A batch in shares, computed by any number of workers, has the gradient of the whole batch.
#include "prenorm/updates/share_workers.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "enum_values.h"
#include "golden_file.h"
#include "prenorm/base/error.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/tasks/synthetic_task.h"
#include "small_translator.h"

namespace prenorm::updates {
namespace {

using prenorm::testing::relative_difference;

Config small_config() {
  Config config = test::small_translator();
  config.model.dropout = config.model.attention_dropout = config.model.activation_dropout = 0.2;
  return config;
}

struct Threads {
  explicit Threads(int count) : before(at::get_num_threads()) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before); }
  int before;
};

struct Result {
  updates::BatchTotals totals;
  double norm;
  at::Tensor gradient;
};
Result gradient_of(Config config, std::int64_t workers, std::int64_t share_tokens, std::int64_t batches = 1) {
  const Threads threads(static_cast<int>(workers));
  config.runtime = {.threads = workers, .workers = workers, .share_tokens = share_tokens};
  tasks::SyntheticTask task(config, {});
  updates::ShareWorkers shares(task, config.runtime);
  EXPECT_EQ(shares.count(), workers);
  shares.clear();
  Result result;
  for (std::int64_t b = 0; b < batches; ++b)
    result.totals += shares.add_gradients(0, b, {.training = true, .key = mix_key({7, static_cast<std::uint64_t>(b)})});
  result.norm = shares.sum_and_norm();
  result.gradient = task.parameters().gradients().clone();
  return result;
}

// Without norms, small branches keep the states, and with them the errors of sums, from growing.
void keep_small(ModelConfig& model) {
  if (model.norm_placement == NormPlacement::kNone) model.attention_gain = model.feed_forward_gain = 0.2;
}

// Dropout masks are those of the whole batch, wherever it is cut. Only the order of float32 sums differs.
TEST(ShareWorkers, AnySharesAndWorkersGiveTheGradientOfTheWholeBatch) {
  for (const NormPlacement placement : prenorm::testing::all_values<NormPlacement>()) {
    SCOPED_TRACE(enum_name(placement));
    Config config = small_config();
    config.model.norm_placement = placement;
    keep_small(config.model);
    const Result whole = gradient_of(config, 1, 1'000'000);
    EXPECT_GT(whole.norm, 0);
    for (const std::int64_t workers : {1, 2, 3})
      for (const std::int64_t tokens : {1, 40, 200, 1'000'000}) {
        SCOPED_TRACE(fmt::format("{} workers, shares of {} tokens", workers, tokens));
        const Result shared = gradient_of(config, workers, tokens);
        EXPECT_EQ(shared.totals.target_tokens, whole.totals.target_tokens);
        EXPECT_EQ(shared.totals.source_tokens, whole.totals.source_tokens);
        EXPECT_NEAR(shared.totals.loss_nats, whole.totals.loss_nats, 1e-5 * whole.totals.loss_nats);
        EXPECT_NEAR(shared.totals.model_flops, whole.totals.model_flops, 1e-9 * whole.totals.model_flops);
        EXPECT_NEAR(shared.norm, whole.norm, 1e-5 * whole.norm);
        EXPECT_LT(relative_difference(shared.gradient, whole.gradient), 2e-5);
      }
  }
}

TEST(ShareWorkers, TheSameSeedGivesTheSameBits) {
  for (const std::int64_t workers : {1, 2}) {
    const Result a = gradient_of(small_config(), workers, 100, 3), b = gradient_of(small_config(), workers, 100, 3);
    EXPECT_TRUE(a.gradient.equal(b.gradient)) << workers;
    EXPECT_EQ(a.totals.loss_nats, b.totals.loss_nats);
    EXPECT_EQ(a.norm, b.norm);
  }
}

TEST(ShareWorkers, KernelsAndCompositePathAgreeForEveryPlacementAndNorm) {
  for (const auto& norm_case : prenorm::testing::norm_cases()) {
    SCOPED_TRACE(norm_case.name());
    Config config = small_config();
    config.batch.max_tokens = 120;
    norm_case.apply_to(config.model);
    keep_small(config.model);
    const Result fused = gradient_of(config, 2, 50);
    const ops::KernelsGuard off(false);
    const Result composite = gradient_of(config, 2, 50);
    EXPECT_NEAR(fused.totals.loss_nats, composite.totals.loss_nats, 1e-5 * composite.totals.loss_nats);
    EXPECT_LT(relative_difference(fused.gradient, composite.gradient), 5e-5);
  }
}

TEST(ShareWorkers, KernelsAndCompositePathAgree) {
  for (const Activation activation : {Activation::kRelu, Activation::kGelu}) {
    Config config = small_config();
    config.model.activation = activation;
    const Result fused = gradient_of(config, 2, 100);
    const ops::KernelsGuard off(false);
    const Result composite = gradient_of(config, 2, 100);
    EXPECT_NEAR(fused.totals.loss_nats, composite.totals.loss_nats, 1e-5 * composite.totals.loss_nats);
    EXPECT_LT(relative_difference(fused.gradient, composite.gradient), 5e-5);
  }
}

// A replica's gradients are moved into the sum, so the next update begins at zero.
TEST(ShareWorkers, TheSumLeavesNothingBehind) {
  const Threads threads(2);
  Config config = small_config();
  config.runtime = {.threads = 2, .workers = 2, .share_tokens = 100};
  tasks::SyntheticTask task(config, {});
  updates::ShareWorkers shares(task, config.runtime);
  shares.clear();
  shares.add_gradients(0, 0, {});
  EXPECT_GT(task.parameters(1).gradients().abs().max().item<double>(), 0);
  shares.sum_and_norm();
  EXPECT_EQ(task.parameters(1).gradients().abs().max().item<double>(), 0);
  EXPECT_EQ(task.parameters(1).values().data_ptr(), task.parameters(0).values().data_ptr()) << "weights are shared";
}

class FailingTask : public tasks::SyntheticTask {
 public:
  using tasks::SyntheticTask::SyntheticTask;
  updates::LoadedBatch load(std::int64_t epoch, std::int64_t batch, const updates::Sharing& sharing) override {
    const updates::LoadedBatch whole = tasks::SyntheticTask::load(epoch, batch, sharing);
    return {whole.shares(), [this, whole](auto share, auto replica, const nn::Context& context) {
              if (share == failing_share) throw DataError("a share fails");
              return whole.loss(share, replica, context);
            }};
  }
  std::int64_t failing_share = -1;
};

// A caller that catches the error and continues must not add the gradients of other shares.
TEST(ShareWorkers, AShareThatThrowsLeavesNoGradientBehind) {
  const Threads threads(2);
  Config config = small_config();
  config.runtime = {.threads = 2, .workers = 2, .share_tokens = 40};
  FailingTask task(config, {});
  updates::ShareWorkers shares(task, config.runtime);
  shares.clear();
  shares.add_gradients(0, 0, {});
  task.failing_share = 3;
  EXPECT_THROW(shares.add_gradients(0, 1, {}), DataError);
  for (const std::int64_t replica : {0, 1})
    EXPECT_EQ(task.parameters(replica).gradients().abs().max().item<double>(), 0) << replica;
}

TEST(ShareWorkers, ABatchOfOneSentenceIsOneShare) {
  Config config = small_config();
  config.batch.max_tokens = 5;
  const Result alone = gradient_of(config, 1, 100), of_two = gradient_of(config, 2, 100);
  EXPECT_LT(relative_difference(of_two.gradient, alone.gradient), 1e-5);
}

TEST(Sharing, RoundsToAMultipleAndNeverToNone) {
  const updates::Sharing two{.tokens = 512, .multiple_of = 2};
  EXPECT_EQ(two.shares(1), 2);
  EXPECT_EQ(two.shares(1024), 2);
  EXPECT_EQ(two.shares(1500), 2);
  EXPECT_EQ(two.shares(1600), 4);
  EXPECT_EQ(two.shares(4096), 8);
  EXPECT_EQ((updates::Sharing{.tokens = 512, .multiple_of = 1}.shares(0)), 1);
}

}  // namespace
}  // namespace prenorm::updates
