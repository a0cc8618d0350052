// Descent of the token selection model on logits beside descent on p, and its gradient.
#include <ATen/TensorOperators.h>
#include <ATen/ops/log.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/papers/benign_overfitting/token_selection.h"
#include "test_seed.h"

namespace prenorm::papers::benign_overfitting {
namespace {

SelectionSetting tiny_selection() {
  SelectionSetting s;
  s.dimension = 12;
  s.tokens = 4;
  s.samples = 6;
  s.test_samples = 40;
  s.signal_norm = 3;
  s.flipped = 0.3;
  s.rate = 0.4;
  s.steps = 5;
  s.record_every = 1;
  s.seed = test::test_seed(1);
  return s;
}

double plain_selection_loss(const SelectionData& data, const at::Tensor& p, const at::Tensor& nu) {
  const at::Tensor f = (at::softmax(data.tokens.matmul(p), 1) * data.tokens.matmul(nu)).sum(1);
  return at::log(1 + (-data.labels * f).exp()).mean().item<double>();
}

at::Tensor finite_differences(const SelectionData& data, const at::Tensor& p, const at::Tensor& nu) {
  at::Tensor gradient = at::zeros_like(p);
  for (std::int64_t i = 0; i < p.numel(); ++i) {
    at::Tensor above = p.clone(), below = p.clone();
    above[i] += 1e-5;
    below[i] -= 1e-5;
    gradient[i] = (plain_selection_loss(data, above, nu) - plain_selection_loss(data, below, nu)) / 2e-5;
  }
  return gradient;
}

TEST(BenignSelection, DescendsAlongFiniteDifferences) {
  const SelectionSetting s = tiny_selection();
  const SelectionData data = draw_selection(s);
  const at::Tensor nu = selection_head(s);
  EXPECT_NEAR(nu.norm().item<double>(), 1 / s.signal_norm, 1e-14);
  at::Tensor p = at::zeros({s.dimension}, at::kDouble);
  for (const SelectionState& state : train_selection(s)) {
    EXPECT_NEAR(state.loss, plain_selection_loss(data, p, nu), 1e-8);
    const SelectionLoss loss = selection_loss(data.tokens.matmul(p), data.tokens.matmul(nu), data.labels);
    const at::Tensor gradient = (loss.by_logit.unsqueeze(2) * data.tokens).sum(at::IntArrayRef{0, 1});
    const at::Tensor expected = finite_differences(data, p, nu);
    EXPECT_LT((gradient - expected).abs().max().item<double>(), 1e-8);
    p = p - s.rate * expected;
  }
}

TEST(BenignSelection, FlipsTheLabelsThatItSays) {
  const SelectionData data = draw_selection(tiny_selection());
  EXPECT_EQ(data.clean.sum().item<double>(), 4);  // ceil(0.3 6) = 2 are flipped
  for (std::int64_t n = 0; n < 6; ++n) EXPECT_EQ(data.labels[n].item<double>(), (n < 2) == (n % 2 == 0) ? -1 : 1) << n;
  SelectionSetting strong = tiny_selection();
  strong.signal_norm = 100;
  const at::Tensor tokens = draw_selection(strong).tokens;
  for (std::int64_t n = 0; n < 6; ++n) {
    EXPECT_NEAR(tokens[n][0][n % 2].item<double>(), 100, 6);
    EXPECT_NEAR(tokens[n][1][n % 2].item<double>(), 10, 6);
    EXPECT_NEAR(tokens[n][2][1 - n % 2].item<double>(), 10, 6);
    EXPECT_NEAR(tokens[n][3][0].item<double>(), 0, 6);
  }
}

TEST(BenignSelection, IsTheSameAfterJson) {
  const auto states = train_selection(tiny_selection());
  const auto read = selection_states_from_json(nlohmann::json::parse(to_json(states).dump()));
  ASSERT_EQ(read.size(), states.size());
  EXPECT_EQ(read.back().loss, states.back().loss);
  EXPECT_EQ(read.back().flipped_attention, states.back().flipped_attention);
}

}  // namespace
}  // namespace prenorm::papers::benign_overfitting
