// The model's forward pass and gradients, and descent on projections beside descent on the weights.
#include <ATen/TensorOperators.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <cmath>

#include "prenorm/papers/benign_overfitting/descent.h"
#include "prenorm/papers/benign_overfitting/training_set.h"
#include "test_seed.h"

namespace prenorm::papers::benign_overfitting {
namespace {

DataSetting tiny_data() {
  DataSetting data;
  data.dimension = 24;
  data.patches = 3;
  data.samples = 6;
  data.snr = 1.3;
  data.strong_noise = 1.5;
  data.seed = test::test_seed(1);
  return data;
}

// Weights of order one, so that attention is far from uniform.
Weights tiny_weights() {
  StartSetting start;
  start.layout = {5, 2};
  start.logit_deviation = 4;
  start.score_deviation = 0.7;
  Weights weights = draw_weights(tiny_data(), start);
  weights.head = {0.8, -0.4};
  return weights;
}

// f(X) of section 3 with matrices, for one sample.
double plain_output(const at::Tensor& x, const Weights& w) {
  const std::int64_t keys = w.layout.keys;
  const at::Tensor q = w.matrices.narrow(1, 0, keys), k = w.matrices.narrow(1, keys, keys);
  const at::Tensor v = w.matrices.narrow(1, 2 * keys, w.layout.values);
  const at::Tensor attention = at::softmax(at::mm(at::mm(x, q), at::mm(x, k).t()), 1);
  return attention.matmul(x).matmul(v).matmul(at::tensor(w.head, at::kDouble)).mean().item<double>();
}

double plain_loss(const Tokens& tokens, const Weights& w) {
  double sum = 0;
  for (std::int64_t n = 0; n < tokens.samples(); ++n) {
    const auto first = tokens.rows.begin() + n * tokens.patches;
    const std::vector<std::int64_t> rows(first, first + tokens.patches);
    const double label = tokens.labels[static_cast<std::size_t>(n)];
    sum += std::log1p(std::exp(-label * plain_output(tokens.values.index_select(0, at::tensor(rows)), w)));
  }
  return sum / static_cast<double>(tokens.samples());
}

struct Gradients {
  double loss = 0;
  at::Tensor matrices;
  std::vector<double> head;
};
Gradients gradients_of(const Tokens& tokens, const Weights& w) {
  const at::Tensor projections = at::mm(tokens.values, w.matrices);
  at::Tensor by_projections = at::zeros_like(projections);
  Gradients g{0, {}, std::vector<double>(w.head.size())};
  g.loss = TrainingSet(tokens, w.layout).gradient(projections, w.head, by_projections, g.head).loss;
  g.matrices = at::mm(tokens.values.t(), by_projections);
  return g;
}

TEST(BenignModel, LossIsThatOfPlainMatrices) {
  const Tokens tokens = draw_tokens(tiny_data());
  const Weights weights = tiny_weights();
  EXPECT_NEAR(gradients_of(tokens, weights).loss, plain_loss(tokens, weights), 1e-13);
}

TEST(BenignModel, GradientIsThatOfFiniteDifferences) {
  const Tokens tokens = draw_tokens(tiny_data());
  Weights w = tiny_weights();
  const Gradients gradients = gradients_of(tokens, w);
  const auto expect_slope = [&](double& weight, double expected) {
    const double at = weight, step = 1e-5;
    weight = at + step;
    const double above = plain_loss(tokens, w);
    weight = at - step;
    const double below = plain_loss(tokens, w);
    weight = at;
    EXPECT_NEAR((above - below) / (2 * step), expected, 1e-8);
  };
  for (std::int64_t i = 0; i < w.matrices.numel(); ++i)
    expect_slope(w.matrices.data_ptr<double>()[i], gradients.matrices.data_ptr<double>()[i]);
  for (std::size_t i = 0; i < w.head.size(); ++i) expect_slope(w.head[i], gradients.head[i]);
}

// What descent of `trained` makes of the weights in three steps, by plain descent on the weights.
Weights plain_descent(const Tokens& tokens, Weights w, double rate, Trained trained) {
  w.matrices = w.matrices.clone();
  for (int step = 0; step < 3; ++step) {
    const Gradients g = gradients_of(tokens, w);
    const std::int64_t from = trained == Trained::kValuesOnly ? 2 * w.layout.keys : 0;
    const std::int64_t columns = w.layout.columns() - from;
    w.matrices.narrow(1, from, columns).sub_(g.matrices.narrow(1, from, columns), rate);
    if (trained != Trained::kAllAndHead) continue;
    for (std::size_t i = 0; i < w.head.size(); ++i) w.head[i] -= rate * g.head[i];
  }
  return w;
}

TEST(BenignDescent, IsDescentOnTheWeights) {
  const Tokens tokens = draw_tokens(tiny_data());
  const Weights start = tiny_weights();
  for (const Trained trained : {Trained::kAll, Trained::kValuesOnly, Trained::kAllAndHead}) {
    const Weights expected = plain_descent(tokens, start, 0.3, trained);
    const double last_loss = plain_loss(tokens, expected);
    ASSERT_LT(last_loss, plain_loss(tokens, start));
    std::int64_t steps = -1;
    descend(tokens, start, {0.3, trained, {last_loss + 1e-9}, 10}, [&](const State& state, const Weights& w) {
      steps = state.step;
      EXPECT_LT((w.matrices - expected.matrices).abs().max().item<double>(), 1e-12);
      for (std::size_t i = 0; i < w.head.size(); ++i) EXPECT_NEAR(w.head[i], expected.head[i], 1e-12);
    });
    EXPECT_EQ(steps, 3);
  }
}

// With w_O fixed, only W_V w_O matters: one column that descends at |w_O|^2 times the rate.
TEST(BenignDescent, OfAFixedHeadNeedsOneColumn) {
  const Tokens tokens = draw_tokens(tiny_data());
  const Weights wide = tiny_weights();
  const double norm = std::hypot(wide.head[0], wide.head[1]);
  Weights folded = wide;
  folded.layout.values = 1;
  folded.head = {norm};
  const at::Tensor column = wide.matrices.narrow(1, 10, 2).matmul(at::tensor(wide.head, at::kDouble)) / norm;
  folded.matrices = wide.matrices.narrow(1, 0, 11).clone();
  folded.matrices.select(1, 10).copy_(column);
  const auto losses_from = [&](const Weights& start) {
    std::vector<double> losses;
    descend(
        tokens, start, {0.3, Trained::kAll, {0}, 20}, [](const State&, const Weights&) {},
        [&](const State& state) { losses.push_back(state.loss); });
    return losses;
  };
  const std::vector<double> wide_losses = losses_from(wide), folded_losses = losses_from(folded);
  ASSERT_EQ(wide_losses.size(), 21U);
  for (std::size_t i = 0; i < 21; ++i) EXPECT_NEAR(wide_losses[i], folded_losses[i], 1e-12);
}

TEST(BenignDescent, StopsAtEachLossOnceAndNeverBelowTheLast) {
  const Tokens tokens = draw_tokens(tiny_data());
  std::vector<double> losses;
  std::int64_t observed = 0;
  descend(
      tokens, tiny_weights(), {0.3, Trained::kAll, {0.5, 0.3, 0.2}, 100'000},
      [&](const State& state, const Weights&) { losses.push_back(state.loss); }, [&](const State&) { ++observed; });
  ASSERT_EQ(losses.size(), 3U);
  EXPECT_LE(losses[0], 0.5);
  EXPECT_GT(losses[1], 0.2);
  EXPECT_LE(losses[2], 0.2);
  descend(
      tokens, tiny_weights(), {0.3, Trained::kAll, {0}, 5}, [](const State&, const Weights&) { FAIL(); },
      [&](const State&) { ++observed; });
  EXPECT_GT(observed, 6);
}

}  // namespace
}  // namespace prenorm::papers::benign_overfitting
