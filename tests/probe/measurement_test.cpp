// A measurement against autograd and ATen on the same batches.
#include "prenorm/probe/measurement.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "prenorm/base/error.h"
#include "prenorm/optim/gradient_norm.h"
#include "prenorm/tasks/synthetic_task.h"
#include "small_translator.h"

namespace prenorm::probe {
namespace {

Config small_config() {
  Config config = test::small_translator();
  config.batch.max_tokens = 120;
  config.model.dropout = 0.3;  // which measuring leaves out
  config.runtime = {.threads = 1, .workers = 1, .share_tokens = 1'000'000};
  return config;
}

// The gradient of the mean loss of each batch, one after another.
std::vector<at::Tensor> gradients_by_hand(tasks::SyntheticTask& task, std::int64_t batches) {
  std::vector<at::Tensor> gradients;
  for (std::int64_t b = 0; b < batches; ++b) {
    const batches::Batch batch = task.batch(0, b);
    task.parameters().gradients().zero_();
    task.model().loss(batch, 0.1, {}).loss_sum.backward();
    gradients.push_back(task.parameters().gradients() / static_cast<double>(batch.target_tokens()));
  }
  return gradients;
}

TEST(Measurement, IsTheGradientOfTheMeanLossOfEachBatch) {
  const Config config = small_config();
  tasks::SyntheticTask task(config, {});
  const probe::Measurement m = measure(task, config.runtime, 3);
  const std::vector<at::Tensor> gradients = gradients_by_hand(task, 3);
  const at::Tensor mean = (gradients[0] + gradients[1] + gradients[2]) / 3;
  double squared_mean = 0;
  for (const probe::GradientNorms& g : m.gradients) {
    EXPECT_LE(g.norm_of_mean, g.mean_of_norms * (1 + 1e-6)) << g.parameter;
    squared_mean += g.norm_of_mean * g.norm_of_mean;
  }
  EXPECT_NEAR(std::sqrt(squared_mean), optim::l2_norm(mean), 1e-5 * optim::l2_norm(mean));
  // One parameter by itself, from its place in the buffer.
  const at::Tensor& w2 = task.parameters().at("decoder.layers.1.feed_forward.down.weight");
  double sum = 0;
  for (const at::Tensor& g : gradients) sum += optim::l2_norm(g.narrow(0, w2.storage_offset(), w2.numel()));
  EXPECT_NEAR(m.gradient("decoder.layers.1.feed_forward.down.weight").mean_of_norms, sum / 3, 1e-5 * sum);
  EXPECT_THROW(m.gradient("no.such"), Error);
}

TEST(Measurement, OfOneBatchBothNormsAreTheSame) {
  const Config config = small_config();
  tasks::SyntheticTask task(config, {});
  for (const probe::GradientNorms& g : measure(task, config.runtime, 1).gradients)
    EXPECT_NEAR(g.norm_of_mean, g.mean_of_norms, 1e-12 + 1e-6 * g.mean_of_norms) << g.parameter;
}

TEST(Measurement, ChangesNoWeightAndRepeatsBitByBit) {
  Config config = small_config();
  config.runtime = {.threads = 2, .workers = 2, .share_tokens = 40};
  tasks::SyntheticTask task(config, {});
  const at::Tensor before = task.parameters().values().clone();
  const probe::Measurement a = measure(task, config.runtime, 2), b = measure(task, config.runtime, 2);
  EXPECT_TRUE(before.equal(task.parameters().values()));
  for (std::size_t i = 0; i < a.gradients.size(); ++i)
    EXPECT_EQ(a.gradients[i].norm_of_mean, b.gradients[i].norm_of_mean);
  for (std::size_t i = 0; i < a.states.size(); ++i) {
    EXPECT_EQ(a.states[i].point, b.states[i].point);
    EXPECT_EQ(a.states[i].squared_norm_over_d, b.states[i].squared_norm_over_d);
  }
}

TEST(Measurement, StateFiguresByFormula) {
  updates::PointRecord record{"p", 4, {4, 4, 8, 4.2}, {1, 4, 0.25, 1}, {}, {}};
  probe::Measurement m;
  add_states(m, {record});
  const probe::StateFigures& s = m.state("p");
  EXPECT_NEAR(s.squared_norm_over_d, 20.2 / 4 / 4, 1e-12);
  EXPECT_EQ(s.share_off_by_10_percent, 1.0);   // the mean is 5.05
  EXPECT_EQ(s.share_off_by_20_percent, 0.75);  // 4.2 is off by 17 %
  EXPECT_NEAR(s.jacobian_scale, (1 + 0.5 + 2 + 1) / 4, 1e-12);
}

TEST(Measurement, AttentionOfZeroQueriesIsUniform) {
  Config config = small_config();
  for (const bool zero : {true, false}) {
    config.model.init_query_key_zero = zero;
    tasks::SyntheticTask task(config, {});
    const probe::Measurement m = measure(task, config.runtime, 1);
    ASSERT_EQ(m.attention.size(), 6U);  // two encoder layers, two decoder layers with two each
    for (const probe::AttentionFigures& a : m.attention) {
      if (zero)
        EXPECT_NEAR(a.entropy_over_uniform, 1, 1e-5) << a.point;
      else
        EXPECT_LT(a.entropy_over_uniform, 0.999) << a.point;
      EXPECT_GT(a.entropy_over_uniform, 0.3) << a.point;
    }
  }
}

}  // namespace
}  // namespace prenorm::probe
