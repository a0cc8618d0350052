// The kernels, maps and networks that no-shortcuts compares with.
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/matmul.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "prenorm/base/error.h"
#include "prenorm/models/causal_lm.h"
#include "prenorm/papers/no_shortcuts/activation_map.h"
#include "prenorm/papers/no_shortcuts/kernels.h"
#include "prenorm/papers/no_shortcuts/language_models.h"
#include "prenorm/papers/no_shortcuts/network.h"
#include "prenorm/papers/no_shortcuts/recursion.h"
#include "prenorm/papers/no_shortcuts/stack_kernels.h"
#include "prenorm/papers/real_data/characters.h"
#include "test_seed.h"

namespace prenorm::papers::no_shortcuts {
namespace {

double largest_entry(const at::Tensor& t) { return t.abs().max().item<double>(); }

at::Tensor random_kernel(std::int64_t tokens, std::uint64_t seed) {
  at::Tensor x = at::empty({tokens, 2 * tokens}, at::kDouble);
  nn::normal(1)(x, RandomStream(seed));
  return at::matmul(x, x.t());
}

TEST(ShortcutKernels, AttentionLeadsFromOneToTheNext) {
  for (const std::int64_t tokens : {1, 2, 7, 40}) {
    const at::Tensor before = random_kernel(tokens, test::test_seed(1)),
                     after = random_kernel(tokens, test::test_seed(2));
    const at::Tensor a = attention_between(before, after);
    EXPECT_LT(largest_entry(at::matmul(at::matmul(a, before), a.t()) - after), 1e-9) << tokens;
    EXPECT_EQ(largest_entry(a.triu(1)), 0) << "causal";
  }
}

TEST(ShortcutKernels, ClosedFormIsThatOfCholeskyFactors) {
  for (const std::int64_t tokens : {1, 2, 3, 50})
    for (const std::int64_t layers : {1, 2, 12})
      for (std::int64_t layer = 1; layer <= layers; ++layer) {
        const at::Tensor closed = log_exponential_attention(tokens, layer, layers).exp().tril();
        EXPECT_LT(largest_entry(closed - attention_of(Method::kExponential, tokens, layer, layers)), 1e-10)
            << tokens << " tokens, layer " << layer << " of " << layers;
      }
}

TEST(ShortcutKernels, HaveFigures) {
  const at::Tensor kernel = at::eye(2, at::kDouble) * 4 + 1;  // 5 on the diagonal, 1 beside it
  const KernelFigures f = figures_of(kernel);
  EXPECT_NEAR(f.mean_cosine, 0.2, 1e-15);
  EXPECT_NEAR(f.least_cosine, 0.2, 1e-15);
  EXPECT_NEAR(f.mean_diagonal, 5, 1e-15);
  EXPECT_NEAR(f.participation_ratio, 100.0 / 52, 1e-15);
}

TEST(ShortcutMaps, AreThoseOfTheClosedForm) {
  for (const double slope : {0.0, 0.3, 0.9, 1.0})
    for (const double c : {-1.0, -0.5, 0.0, 0.3, 0.9, 1.0}) {
      const double angle = std::sqrt(1 - c * c) - c * std::acos(c);
      const double bend = (1 - slope) * (1 - slope) / (std::numbers::pi * (1 + slope * slope));
      EXPECT_NEAR(correlation_map(slope, c), c + bend * angle, 1e-11) << "slope " << slope << ", c " << c;
    }
}

TEST(ShortcutMaps, SlopesReachTheirTarget) {
  EXPECT_EQ(slope_for(2), 0);
  for (const std::int64_t layers : {18, 50}) EXPECT_NEAR(composed_map(slope_for(layers), layers), kTatTarget, 1e-11);
}

TEST(ShortcutNetworks, HaveOrthogonalMatrices) {
  const at::Tensor square = orthogonal_matrix(8, 8, test::test_seed(3)), wide = orthogonal_matrix(8, 32, 1),
                   tall = orthogonal_matrix(32, 8, 2);
  EXPECT_LT(largest_entry(at::matmul(square, square.t()) - at::eye(8, at::kDouble)), 1e-13);
  EXPECT_LT(largest_entry(at::matmul(wide, wide.t()) - 4 * at::eye(8, at::kDouble)), 1e-13);
  EXPECT_LT(largest_entry(at::matmul(tall.t(), tall) - at::eye(8, at::kDouble)), 1e-13);
}

TEST(ShortcutNetworks, OfAttentionAloneHaveTheExactKernels) {
  for (const Method method : {Method::kPlain, Method::kUniform, Method::kExponential, Method::kValueSkip}) {
    NetworkSetting s;
    s.method = method;
    s.layers = 3;
    s.tokens = 10;
    s.d_model = 16;
    s.sublayers = Sublayers::kAttention;
    s.inputs = Inputs::kOrthogonal;
    s.seed = test::test_seed(4);
    const auto measured = network_kernels(s), exact = attention_kernels(method, s.tokens, s.layers);
    for (std::size_t layer = 0; layer <= 3; ++layer)
      EXPECT_LT(largest_entry(measured[layer] - exact[layer]), 1e-12) << name_of(method) << ", layer " << layer;
    s.query_key = QueryKey::kGaussian;
    const double moved = largest_entry(network_kernels(s).back() - exact.back());
    if (method == Method::kValueSkip) continue;  // its attention has weight 0 in a model
    EXPECT_GT(moved, 1e-3) << name_of(method);
  }
}

TEST(ShortcutCharacters, AreWindowsWithTheirNextCharacters) {
  const real_data::Characters text({"abcabcabd", "never read"}, 10);
  EXPECT_EQ(text.size(), 10);
  EXPECT_EQ(text.vocabulary(), 5);
  const batches::TextBatch batch = text.batch(3, 4, test::test_seed(5), 1);
  ASSERT_EQ(batch.sequences(), 3);
  for (std::size_t s = 0; s < 3; ++s)
    for (std::size_t t = 0; t < 3; ++t) EXPECT_EQ(batch.targets[4 * s + t], batch.tokens.ids[4 * s + t + 1]);
  EXPECT_EQ(text.batch(3, 4, 1, 7).tokens.ids, text.batch(3, 4, 1, 7).tokens.ids);
  EXPECT_NEAR(real_data::Characters({"ab", "ab"}, 6).unigram_nats(), std::log(3), 1e-12);
  EXPECT_THROW(real_data::Characters({}, 10), UsageError);
}

NetworkSetting small_network(Method method, Sublayers sublayers) {
  NetworkSetting s;
  s.method = method;
  s.layers = 3;
  s.tokens = 10;
  s.d_model = 16;
  s.sublayers = sublayers;
  s.seed = test::test_seed(7);
  return s;
}

TEST(ShortcutStacks, HaveTheKernelsOfNetworksWithTheSameWeights) {
  for (const Method method : {Method::kPlain, Method::kUniform, Method::kExponential, Method::kValueSkip})
    for (const Sublayers sublayers : {Sublayers::kAttention, Sublayers::kFeedForward, Sublayers::kBoth})
      for (const QueryKey query_key : {QueryKey::kZero, QueryKey::kGaussian}) {
        NetworkSetting s = small_network(method, sublayers);
        s.query_key = query_key;
        s.tat = method != Method::kPlain;
        if (s.tat) s.layers = 14;  // from 13 on TAT is not ReLU
        const auto kernels = network_kernels(s);
        EXPECT_LT(relative_difference(stack_kernels(s), kernels), 1e-10) << s.name();
        s.seed += 1;
        EXPECT_GT(relative_difference(stack_kernels(s), kernels), 1e-3) << "other weights";
      }
}

TEST(ShortcutRecursion, IsTheMapOfFeedForwardLayers) {
  for (const bool tat : {false, true}) {
    NetworkSetting s = small_network(Method::kPlain, Sublayers::kFeedForward);
    s.layers = 18;
    s.tat = tat;
    EXPECT_NEAR(recursion_cosines(s).back(), composed_map(s.slope(), 18), 1e-10);
    s.method = Method::kValueSkip;
    s.sublayers = Sublayers::kBoth;
    EXPECT_NEAR(recursion_cosines(s).back(), composed_map(s.slope(), 18), 1e-10) << "attention copies";
  }
}

TEST(ShortcutRecursion, IsThatOfAttentionToAllTokens) {
  NetworkSetting s = small_network(Method::kPlain, Sublayers::kAttention);
  s.causal = false;
  EXPECT_NEAR(recursion_cosines(s)[1], 1, 1e-12) << "every token is the mean of all";
  EXPECT_NEAR(cosines_of(network_kernels(s)[1]).min().item<double>(), 1, 1e-12);
  s.query_key = QueryKey::kGaussian;
  s.score_gain = 9;
  s.normalized = true;
  s.tokens = 48;
  s.d_model = 256;
  const auto kernels = network_kernels(s);
  const auto predicted = recursion_cosines(s);
  for (std::size_t layer = 0; layer < kernels.size(); ++layer) {
    const KernelFigures f = figures_of(kernels[layer]);
    EXPECT_NEAR(f.mean_cosine, predicted[layer], 0.12) << layer;
    if (layer > 0) {
      EXPECT_NEAR(f.least_diagonal, 1, 1e-12);
    }
  }
}

TEST(ShortcutLanguageModels, AreThoseOfTheArm) {
  const batches::TextBatch batch = real_data::Characters({"some words to learn"}, 100).batch(2, 6, 1, 1);
  for (const Arm arm : {Arm::kPreLn, Arm::kNoNorm, Arm::kPlain, Arm::kValueSkip, Arm::kUniform, Arm::kExponential}) {
    const ModelConfig config = language_model(arm, 4, {.decay = 0.3, .correlation = 0.2, .tat_target = 0.5});
    EXPECT_EQ(config.norm_placement,
              has_shortcuts(arm) && arm != Arm::kNoNorm ? NormPlacement::kPreLn : NormPlacement::kNone);
    EXPECT_EQ(config.attention_skip == 0, !has_shortcuts(arm)) << name_of(arm);
    EXPECT_NEAR(std::pow(config.feed_forward_skip, 2) + std::pow(config.feed_forward_gain, 2),
                arm == Arm::kPreLn ? 2 : 1, 1e-12);
    const models::CausalLm model(config, 20, test::test_seed(6));
    const double loss = model.loss(batch, 0, {}).loss_sum.item<double>() / static_cast<double>(batch.targets.size());
    EXPECT_GT(loss, 1) << name_of(arm);
    EXPECT_LT(loss, 20) << name_of(arm);
  }
  EXPECT_EQ(language_model(Arm::kUniform, 4, {.correlation = 0.2}).attention_correlation, 0.2);
}

}  // namespace
}  // namespace prenorm::papers::no_shortcuts
