// The kernels, maps and networks that no-shortcuts compares with.
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/matmul.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "prenorm/base/error.h"
#include "prenorm/papers/no_shortcuts/activation_map.h"
#include "prenorm/papers/real_data/characters.h"
#include "prenorm/papers/no_shortcuts/kernels.h"
#include "prenorm/papers/no_shortcuts/language_model.h"
#include "prenorm/papers/no_shortcuts/network.h"
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

batches::TextBatch small_batch() { return real_data::Characters({"some words to learn"}, 100).batch(2, 6, 1, 1); }

double loss_at(LanguageModel& model, const at::Tensor& value, std::int64_t i, double shift) {
  double* element = value.data_ptr<double>() + i;
  const double before = *element;
  *element = before + shift;
  const double loss = model.loss(small_batch()).item<double>();
  *element = before;
  return loss;
}

TEST(ShortcutLanguageModels, HaveTheGradientsOfFiniteDifferences) {
  for (const Arm arm : {Arm::kPreLn, Arm::kNoNorm, Arm::kPlain, Arm::kValueSkip, Arm::kUniform, Arm::kExponential}) {
    LanguageModel model({arm, 2, 8, 2, 6, 20, test::test_seed(6)}, at::kDouble);
    for (const nn::Parameter& p : model.parameters().list()) {
      if (p.name == "query1") p.value.detach().add_(0.1);  // so that keys have gradients
    }
    model.parameters().gradients().zero_();
    model.loss(small_batch()).backward();
    for (const nn::Parameter& p : model.parameters().list()) {
      constexpr double kStep = 1e-5;
      const std::int64_t i = p.value.numel() / 2;
      const double slope =
          (loss_at(model, p.value.detach(), i, kStep) - loss_at(model, p.value.detach(), i, -kStep)) / (2 * kStep);
      EXPECT_NEAR(p.value.grad().flatten()[i].item<double>(), slope, 1e-6) << name_of(arm) << ", " << p.name;
    }
  }
}

}  // namespace
}  // namespace prenorm::papers::no_shortcuts
