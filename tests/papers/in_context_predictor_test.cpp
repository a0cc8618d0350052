#include "prenorm/papers/in_context/predictor.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "prenorm/papers/in_context/descent.h"
#include "test_seed.h"

namespace prenorm::papers::in_context {
namespace {

std::uint64_t key(std::uint64_t base) { return prenorm::test::test_seed(base); }

// W_K = W_Q = diag(I, 0), W_V = diag(gamma_sign I, -1), P = diag(-gamma I, eta/N): Proposition 1 with W0 = 0, and
// appendix A.10 for gamma > 0.
std::vector<double> construction(std::int64_t inputs, double eta_over_n, double gamma) {
  const std::int64_t size = inputs + 1;
  const at::Tensor key = at::zeros({size, size}, at::kDouble), value = key.clone(), projection = key.clone();
  for (std::int64_t i = 0; i < inputs; ++i) {
    key[i][i] = 1;
    value[i][i] = 1;
    projection[i][i] = -gamma;
  }
  value[inputs][inputs] = -1;
  projection[inputs][inputs] = eta_over_n;
  const at::Tensor all = at::cat({key.view({-1}), key.view({-1}), value.view({-1}), projection.view({-1})});
  return {all.data_ptr<double>(), all.data_ptr<double>() + all.numel()};
}

TEST(InContext, ConstructedWeightsAreGradientDescent) {
  for (const std::int64_t steps : {1, 2, 50}) {
    const Regression problem{.inputs = 6, .context = 9};
    const auto batch = regression_batch<double>(problem, key(1), 40);
    const auto network = attention_predictor<double>({.layers = steps, .tied = true}, problem);
    const auto descent = descent_predictor<double>({.steps = steps}, problem);
    const double rate = 0.7 / 9;
    const auto found = network.evaluator.values(construction(6, rate, 0), batch, network.prediction);
    const auto expected = descent.evaluator.values(std::vector<double>{rate}, batch, descent.prediction);
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-12) << steps;
  }
}

TEST(InContext, ConstructedWeightsAreGdPlusPlus) {
  const Regression problem{.inputs = 6, .context = 9};
  const auto batch = regression_batch<double>(problem, key(2), 40);
  const auto network = attention_predictor<double>({.layers = 4, .tied = true}, problem);
  const auto descent = descent_predictor<double>({.steps = 4, .transforms_inputs = true}, problem);
  const auto found = network.evaluator.values(construction(6, 0.5, 0.2), batch, network.prediction);
  const auto expected = descent.evaluator.values(std::vector<double>{0.5, 0.2}, batch, descent.prediction);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-12);
}

// The graph of the descent against loops over the samples.
TEST(InContext, DescentIsThatOfTheLeastSquaresLoss) {
  const Regression problem{.inputs = 4, .context = 7};
  const auto batch = regression_batch<double>(problem, key(3), 5);
  const auto descent = descent_predictor<double>({.steps = 3}, problem);
  const auto predictions = descent.evaluator.values(std::vector<double>{0.8 / 7}, batch, descent.prediction);
  const auto tokens = descent.evaluator.values(std::vector<double>{0.0}, batch, {0});
  for (std::int64_t p = 0; p < 5; ++p) {
    const at::Tensor e = at::from_blob(const_cast<double*>(tokens.data()) + p * 5 * 8, {5, 8}, at::kDouble);
    at::Tensor w = at::zeros({4}, at::kDouble);
    for (int step = 0; step < 3; ++step) {
      at::Tensor gradient = at::zeros({4}, at::kDouble);
      for (std::int64_t i = 0; i < 7; ++i) {
        const at::Tensor x = e.select(1, i).narrow(0, 0, 4);
        gradient += (w.dot(x) - e[4][i]) * x / 7;
      }
      w = w - 0.8 * gradient;
    }
    EXPECT_NEAR(predictions[static_cast<std::size_t>(p)], w.dot(e.select(1, 7).narrow(0, 0, 4)).item<double>(), 1e-12);
  }
}

// Softmax and ReLU heads, two layers, with and without norms, against ATen.
at::Tensor reference_norm(TokenNorm norm, const at::Tensor& e) {
  const bool rms = norm == TokenNorm::kPreRms || norm == TokenNorm::kPostRms;
  const at::Tensor centred = rms ? e : e - e.mean(0, true);
  return centred / (centred.square().mean(0, true) + 1e-5).sqrt();
}

at::Tensor reference_layer(const AttentionNetwork& n, const at::Tensor& weights, at::Tensor e) {
  const bool pre = n.norm == TokenNorm::kPreLn || n.norm == TokenNorm::kPreRms;
  const at::Tensor read = pre ? reference_norm(n.norm, e) : e, context = read.narrow(1, 0, n.context);
  at::Tensor sum = e;
  for (std::int64_t h = 0; h < n.heads; ++h) {
    const at::Tensor w = weights[h];
    at::Tensor scores = w[0].mm(context).t().mm(w[1].mm(read));
    if (n.scores == Scores::kSoftmax) scores = (scores / std::sqrt(static_cast<double>(n.token_size))).softmax(0);
    if (n.scores == Scores::kRelu) scores = scores.relu() / static_cast<double>(n.context);
    sum = sum + w[3].mm(w[2]).mm(context).mm(scores);
  }
  if (!pre && n.norm != TokenNorm::kNone) sum = reference_norm(n.norm, sum);
  return n.clip > 0 ? sum.clamp(-n.clip, n.clip) : sum;
}

TEST(InContext, NetworksAgreeWithAten) {
  at::manual_seed(static_cast<std::int64_t>(key(4)));
  const Regression problem{.inputs = 4, .context = 7, .half_width = 1.5};
  const auto batch = regression_batch<double>(problem, key(5), 3);
  for (const Scores scores : {Scores::kLinear, Scores::kSoftmax, Scores::kRelu})
    for (const TokenNorm norm :
         {TokenNorm::kNone, TokenNorm::kPreLn, TokenNorm::kPostLn, TokenNorm::kPreRms, TokenNorm::kPostRms}) {
      const AttentionNetwork n{
          .token_size = 5, .context = 7, .layers = 2, .heads = 2, .scores = scores, .norm = norm, .clip = 1.2};
      const auto network = attention_predictor<double>(n, problem);
      const at::Tensor weights = at::randn({2, 2, 4, 5, 5}, at::kDouble) * 0.5;
      const std::vector<double> flat(weights.data_ptr<double>(), weights.data_ptr<double>() + weights.numel());
      const auto found = network.evaluator.values(flat, batch, network.prediction);
      const auto tokens = network.evaluator.values(flat, batch, {0});
      for (std::int64_t p = 0; p < 3; ++p) {
        at::Tensor e = at::from_blob(const_cast<double*>(tokens.data()) + p * 5 * 8, {5, 8}, at::kDouble);
        for (std::int64_t l = 0; l < 2; ++l) e = reference_layer(n, weights[l], e);
        EXPECT_NEAR(found[static_cast<std::size_t>(p)], -e[4][7].item<double>(), 1e-11);
      }
    }
}

TEST(InContext, ProblemsDoNotDependOnTheBatch) {
  for (const InputLaw law : {InputLaw::kUniform, InputLaw::kNormal, InputLaw::kExponential, InputLaw::kLaplace}) {
    const Regression problem{.law = law};
    const auto network = attention_predictor<double>({}, problem);
    const std::vector<double> parameters(static_cast<std::size_t>(network.parameter_count()));
    const auto few = network.evaluator.values(parameters, regression_batch<double>(problem, key(6), 5), {0});
    const auto many = network.evaluator.values(parameters, regression_batch<double>(problem, key(6), 100), {0});
    EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
  }
}

}  // namespace
}  // namespace prenorm::papers::in_context
