// The recursion against wide random blocks in double precision, and against closed forms.
#include "prenorm/probe/signal_recursion.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/softmax.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "prenorm/base/error.h"
#include "prenorm/nn/initialization.h"
#include "test_seed.h"

namespace prenorm::probe {
namespace {

constexpr std::int64_t kWidth = 320, kTokens = 48, kSequences = 3, kRandomNetworks = 6;

class Draws {
 public:
  explicit Draws(std::uint64_t key) : key_(mix_key({test::test_seed(key)})) {}
  at::Tensor operator()(at::IntArrayRef shape, double deviation) {
    at::Tensor x = at::empty(shape, at::kDouble);
    nn::normal(deviation)(x, RandomStream(mix_key({key_, count_++})));
    return x;
  }

 private:
  std::uint64_t key_, count_ = 0;
};

double number(const at::Tensor& x) { return x.item<double>(); }

// x: states [sequences, tokens, d].
SignalState measured(const at::Tensor& x) {
  const auto d = static_cast<double>(x.size(2)), n = static_cast<double>(x.size(1)), s = static_cast<double>(x.size(0));
  const double own = number(x.square().sum());
  const double sequences = number(x.sum(1).square().sum()), all = number(x.sum(1).sum(0).square().sum());
  return {own / (s * n * d), (sequences - own) / (s * n * (n - 1) * d), (all - sequences) / (s * (s - 1) * n * n * d),
          number(x.mean(2).square().mean())};
}

at::Tensor layer_norm(const at::Tensor& x) {
  const at::Tensor centred = x - x.mean(2, true);
  return centred / centred.square().mean(2, true).sqrt();
}

at::Tensor activated(const ActivationShape& shape, const at::Tensor& u) {
  if (shape.kind == Activation::kGelu) return at::gelu(u);
  return at::leaky_relu(u, shape.negative_slope) * shape.scale;
}

// One sublayer of random weights, as the specification says; w2 is the last matrix.
struct RandomSublayer {
  at::Tensor output, w2;
};
RandomSublayer random_sublayer(const SublayerSpec& spec, const at::Tensor& x, Draws& draw) {
  const at::Tensor read = spec.norm_before ? layer_norm(x) : x;
  const double unit = 1 / std::sqrt(static_cast<double>(kWidth));
  at::Tensor raw, w2;
  if (const auto* a = std::get_if<AttentionSpec>(&spec.f)) {
    const at::Tensor key = at::matmul(read, draw({kWidth, kWidth}, unit)),
                     query = at::matmul(read, draw({kWidth, kWidth}, unit));
    const at::Tensor scores = at::matmul(query, key.transpose(1, 2)) * (std::sqrt(a->score_gain) * unit);
    w2 = draw({kWidth, kWidth}, unit * std::sqrt(a->value_gain)).requires_grad_();
    raw = at::matmul(at::matmul(at::softmax(scores, 2), read), w2) + draw({kWidth}, std::sqrt(a->bias));
  } else {
    const auto& f = std::get<FeedForwardSpec>(spec.f);
    const at::Tensor u = at::matmul(read, draw({kWidth, 2 * kWidth}, unit * std::sqrt(f.in_gain))) +
                         draw({2 * kWidth}, std::sqrt(f.in_bias));
    w2 = draw({2 * kWidth, kWidth}, unit * std::sqrt(f.out_gain / 2)).requires_grad_();
    raw = at::matmul(activated(f.activation, u), w2) + draw({kWidth}, std::sqrt(f.out_bias));
  }
  const at::Tensor sum = spec.skip * x + spec.gain * (spec.norm_branch ? layer_norm(raw) : raw);
  return {spec.norm_after ? layer_norm(sum) : sum, w2};
}

// States with a cosine of 0.3 within a sequence, 0.1 across, a mean over features, and the squared norm 1.5 d.
at::Tensor inputs(Draws& draw) {
  const at::Tensor x = draw({kSequences, kTokens, kWidth}, std::sqrt(0.7)) +
                       draw({kSequences, 1, kWidth}, std::sqrt(0.2)) + draw({1, 1, kWidth}, std::sqrt(0.1));
  return layer_norm(x) * std::sqrt(1.2) + std::sqrt(0.3);
}

std::vector<SublayerSpec> blocks(int layers, const SublayerSpec& connection, const AttentionSpec& a,
                                 const FeedForwardSpec& f) {
  std::vector<SublayerSpec> specs;
  for (int i = 0; i < layers; ++i)
    for (const auto& branch :
         {std::variant<AttentionSpec, FeedForwardSpec>(a), std::variant<AttentionSpec, FeedForwardSpec>(f)}) {
      SublayerSpec spec = connection;
      spec.kind = std::holds_alternative<AttentionSpec>(branch) ? Sublayer::kSelfAttention : Sublayer::kFeedForward;
      spec.f = branch;
      specs.push_back(spec);
    }
  return specs;
}

// What one network of random sublayers has: the states before and after each of them, and the squared norms of the
// gradients of W2 of a loss whose gradient all tokens share.
struct Found {
  std::vector<SignalState> states;
  std::vector<double> gradients;
};
Found random_network(const std::vector<SublayerSpec>& specs, std::uint64_t key) {
  Draws draw(key);
  at::Tensor x = inputs(draw);
  Found found{{measured(x)}, {}};
  std::vector<at::Tensor> matrices;
  for (const SublayerSpec& spec : specs) {
    const RandomSublayer sublayer = random_sublayer(spec, x, draw);
    x = sublayer.output;
    if (spec.kind == Sublayer::kFeedForward) matrices.push_back(sublayer.w2);
    found.states.push_back(measured(x));
  }
  (x * draw({1, 1, kWidth}, 1)).sum().backward();
  for (const at::Tensor& w2 : matrices) found.gradients.push_back(number(w2.grad().square().sum()));
  return found;
}

void add(SignalState& sum, const SignalState& x) {
  constexpr double kShare = 1.0 / kRandomNetworks;
  sum = {sum.own + kShare * x.own, sum.same + kShare * x.same, sum.other + kShare * x.other,
         sum.mean + kShare * x.mean};
}

// The mean over networks of their states and gradients is what the recursion says.
void expect_that_of_random_networks(const std::vector<SublayerSpec>& specs, std::uint64_t key, double tolerance,
                                    bool gradients = true) {
  std::vector<SignalState> mean(specs.size() + 1, SignalState{0, 0, 0, 0});
  std::vector<double> squares;
  for (std::uint64_t i = 0; i < kRandomNetworks; ++i) {
    const Found found = random_network(specs, 10 * key + i);
    for (std::size_t at = 0; at < mean.size(); ++at) add(mean[at], found.states[at]);
    squares.resize(found.gradients.size());
    for (std::size_t at = 0; at < squares.size(); ++at) squares[at] += found.gradients[at];
  }
  const std::vector<SublayerSignal> signals = run(specs, mean.front());
  for (std::size_t i = 0; i < signals.size(); ++i) {
    const SignalState &expected = signals[i].output, &found = mean[i + 1];
    EXPECT_NEAR(found.own / expected.own, 1, tolerance) << key << ", sublayer " << i;
    EXPECT_NEAR(found.cosine(), expected.cosine(), tolerance) << key << ", sublayer " << i;
    EXPECT_NEAR(found.other / found.own, expected.other / expected.own, tolerance) << key << ", sublayer " << i;
  }
  if (!gradients) return;
  const std::vector<double> profile = gradient_profile(specs, signals);
  for (std::size_t i = 0; i < profile.size(); ++i)
    EXPECT_NEAR(std::sqrt(squares[i] / squares.back()) / profile[i], 1, 2 * tolerance) << key << ", layer " << i;
}

AttentionSpec attention(double score_gain) {
  return {.value_gain = 0.8, .score_gain = score_gain, .keys = {kTokens, kTokens}};
}

TEST(SignalRecursion, IsThatOfWideRandomBlocks) {
  const FeedForwardSpec relu{.in_gain = 1.2, .out_gain = 0.9};
  const FeedForwardSpec gelu{.activation = {Activation::kGelu}};
  const FeedForwardSpec leaky{.in_bias = 0.1, .out_bias = 0.05, .activation = {Activation::kRelu, 0.4, 1.1}};
  expect_that_of_random_networks(blocks(4, {.norm_after = true}, attention(1), relu), 1, 0.05);
  expect_that_of_random_networks(blocks(4, {.norm_before = true}, attention(1), relu), 2, 0.05);
  expect_that_of_random_networks(blocks(4, {.norm_before = true, .norm_branch = true}, attention(0), gelu), 3, 0.05);
  expect_that_of_random_networks(blocks(4, {.skip = 1.6, .norm_after = true}, attention(1), gelu), 4, 0.05);
  expect_that_of_random_networks(blocks(4, {.skip = 0.8, .gain = 0.6}, attention(0.5), leaky), 5, 0.12);
}

// Scores so large that each query looks at a few keys only. Gradients through the scores, which the recursion leaves
// out, then add some 10 %.
TEST(SignalRecursion, KnowsConcentratedAttention) {
  expect_that_of_random_networks(blocks(3, {.norm_after = true}, attention(16), {}), 11, 0.05, /*gradients=*/false);
}

SublayerSpec plain(Sublayer kind, std::variant<AttentionSpec, FeedForwardSpec> f) {
  return {.kind = kind, .skip = 0, .f = std::move(f)};
}

TEST(SignalRecursion, CollapsesInOneStepUnderUniformAttentionAlone) {
  const SublayerSignal s =
      step(plain(Sublayer::kSelfAttention, AttentionSpec{.keys = {100, 100}, .limit = true}), {1, 0.3, 0.1});
  EXPECT_NEAR(s.output.own, 0.3, 1e-12);
  EXPECT_NEAR(s.output.cosine(), 1, 1e-12);
  EXPECT_NEAR(s.output.other, 0.1, 1e-12);
  // n unrelated tokens average to 1/n.
  const SublayerSignal n = step(plain(Sublayer::kSelfAttention, AttentionSpec{.keys = {20, 20}}), {1, 0, 0});
  EXPECT_NEAR(n.output.own, 0.05, 1e-12);
  EXPECT_NEAR(n.output.cosine(), 1, 1e-12);
}

TEST(SignalRecursion, IsTheArcCosineMapWithoutAttention) {
  const SublayerSpec he = plain(Sublayer::kFeedForward, FeedForwardSpec{.out_gain = 2});
  SignalState x{1, 0, -1};
  x = step(he, x).output;
  EXPECT_NEAR(x.own, 1, 1e-12);
  EXPECT_NEAR(x.same, 1 / M_PI, 1e-12);
  EXPECT_NEAR(x.other, 0, 1e-12);
  // Along a deep network correlations go to 1 as 9 π²/(2 L²).
  for (int i = 0; i < 999; ++i) x = step(he, x).output;
  EXPECT_NEAR((1 - x.cosine()) * 1e6, 9 * M_PI * M_PI / 2, 1.5);
}

// The two limits of the stream: orthogonal branches add to what stays, and a stack without branches stays.
TEST(SignalRecursion, KeepsAStreamWithoutBranches) {
  const auto specs = blocks(5, {.gain = 0, .norm_before = true}, attention(1), {});
  const auto signals = run(specs, {1.5, 0.5, 0.2});
  EXPECT_NEAR(signals.back().output.own, 1.5, 1e-12);
  EXPECT_NEAR(signals.back().output.cosine(), 1.0 / 3, 1e-12);
}

TEST(SignalRecursion, TakesFixedWeightsAndMemories) {
  AttentionSpec a;
  a.fixed = AttentionOverlap{1, 0};
  EXPECT_NEAR(step(plain(Sublayer::kSelfAttention, a), {1, 0.3, 0.1}).output.same, 0.3, 1e-12) << "the identity";
  const SublayerSpec cross = plain(Sublayer::kCrossAttention, a);
  EXPECT_NEAR(step(cross, {1, 0.3, 0.1}, SignalState{2, 1, 0.5}).output.own, 2, 1e-12);
  EXPECT_THROW(step(cross, {1, 0.3, 0.1}), Error);
}

TEST(SignalRecursion, NormsTakeTheMeanOrLeaveIt) {
  const SignalState x{2, 1.2, 0.9, 0.5};
  EXPECT_NEAR(normed(x, NormKind::kLayerNorm).same, 0.7 / 1.5, 1e-12);
  EXPECT_NEAR(normed(x, NormKind::kRmsNorm).same, 0.6, 1e-12);
  EXPECT_NEAR(normed(x, NormKind::kRmsNorm).mean, 0.25, 1e-12);
}

}  // namespace
}  // namespace prenorm::probe
