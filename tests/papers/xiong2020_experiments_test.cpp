// The parts of the experiments of Xiong et al. 2020, on models that take seconds.
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "prenorm/papers/xiong2020/figure_3_models.h"
#include "prenorm/papers/xiong2020/reversal.h"
#include "prenorm/papers/xiong2020/warmup.h"
#include "test_seed.h"

namespace prenorm::papers::xiong2020 {
namespace {

TEST(Reversal, IsReversed) {
  const Reversal task;
  const batches::Batch batch = task.batch(test::test_seed(1), 3);
  ASSERT_EQ(batch.sequences(), task.sentences);
  ASSERT_EQ(batch.target_tokens(), task.sentences * (task.length + 1));
  std::set<std::int64_t> seen;
  for (std::int64_t s = 0; s < batch.sequences(); ++s) {
    const auto begin = static_cast<std::size_t>(s * (task.length + 1)), last = begin + 10;
    EXPECT_EQ(batch.target_input.ids[begin], 0);
    EXPECT_EQ(batch.target_output[last], 1);
    EXPECT_EQ(batch.source.ids[last], 1);
    for (std::size_t i = 0; i < 10; ++i) {
      EXPECT_EQ(batch.target_output[begin + i], batch.source.ids[last - 1 - i]);
      EXPECT_EQ(batch.target_input.ids[begin + i + 1], batch.target_output[begin + i]);
      seen.insert(batch.source.ids[begin + i]);
    }
  }
  EXPECT_EQ(*seen.begin(), 2);
  EXPECT_EQ(*seen.rbegin(), task.vocabulary() - 1);
  EXPECT_EQ(batch.source.ids, task.batch(test::test_seed(1), 3).source.ids);
  EXPECT_NE(batch.source.ids, task.batch(test::test_seed(1), 4).source.ids);
  EXPECT_NEAR(task.chance_nats_per_token(), 10 * std::log(30) / 11, 1e-12);
}

TEST(Warmup, RunsDifferInPlacementAndWarmupAlone) {
  const WarmupSetting small{.layers = 1, .d_model = 16, .updates = 6, .warmup = 4, .lr = 4e-3, .record_every = 2};
  const WarmupRuns runs = train_warmup_runs(small, 2, Cells());
  for (const auto& arm : runs) {
    ASSERT_EQ(arm.size(), 2U);
    for (const Trajectory& t : arm) EXPECT_EQ(t.update, (std::vector<double>{2, 4, 6}));
    EXPECT_NE(arm[0].loss, arm[1].loss) << "seeds are models of their own";
  }
  EXPECT_NE(runs[0][0].loss, runs[1][0].loss);
  EXPECT_NE(runs[0][0].loss, runs[2][0].loss);
  EXPECT_EQ(train_warmup_runs(small, 1, Cells())[1][0].loss, runs[1][0].loss);
}

Trajectory falling_to(double loss) { return {{2, 4, 6, 8}, {4, 3, 2 * loss, loss}}; }

std::vector<std::string> failures(const Trajectory& cold, const Trajectory& warm, const Trajectory& pre) {
  std::vector<std::string> names;
  for (const Check& c : warmup_results({.updates = 8}, {{{cold}, {warm}, {pre}}}).checks)
    if (!c.pass()) names.push_back(c.name);
  return names;
}

TEST(Warmup, ChecksFailWhereTheClaimDoesNotHold) {
  const double chance = Reversal().chance_nats_per_token();
  const Trajectory stuck{{2, 4, 6, 8}, {4, 3.5, 3.4, 1.1 * chance}}, early{{2, 4, 6, 8}, {1, 0.5, 0.4, 0.3}};
  const Trajectory diverged{{2, 3}, {4, std::nan("")}};
  using Names = std::vector<std::string>;
  EXPECT_EQ(failures(stuck, falling_to(1), early), Names{});
  EXPECT_EQ(failures(falling_to(1), falling_to(1), early), (Names{"post_ln_without_warmup", "post_ln_warmup_helps"}));
  EXPECT_EQ(failures(stuck, falling_to(0.3), falling_to(0.5)),
            (Names{"pre_ln_minus_warm_post_ln", "pre_ln_share_of_updates"}));
  EXPECT_EQ(failures(stuck, falling_to(1), falling_to(0.9)), (Names{"pre_ln_share_of_updates"}));
  EXPECT_EQ(failures(stuck, falling_to(1), diverged),
            (Names{"pre_ln_without_warmup", "pre_ln_minus_warm_post_ln", "pre_ln_share_of_updates"}));
}

TEST(Figure3, HasAProfileForEachModel) {
  const auto [post, pre] = measure_figure_3({{1, 3}, 32, 2}, Cells());
  ASSERT_EQ(post.size(), 2U);
  EXPECT_EQ(post[1].layers, 3);
  EXPECT_EQ(post[1].expected_gradients.size(), 3U);
  EXPECT_LE(post[1].expected_gradients.back(), post[1].last_gradient) << "norm of the mean, mean of the norms";
  EXPECT_GT(pre[1].last_state, pre[0].last_state) << "the stream of Pre-LN grows with depth";
}

}  // namespace
}  // namespace prenorm::papers::xiong2020
