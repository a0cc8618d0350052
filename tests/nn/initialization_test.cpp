// Initial weights: distributions, fans, and dependence on seed and name alone.
#include "prenorm/nn/initialization.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eye.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "prenorm/nn/attention.h"
#include "prenorm/nn/decoder.h"
#include "prenorm/nn/embedding.h"
#include "prenorm/nn/feed_forward.h"
#include "prenorm/nn/layer_stack.h"
#include "prenorm/nn/normalization.h"
#include "test_seed.h"

namespace prenorm::nn {
namespace {

at::Tensor drawn(const Initializer& initializer, at::IntArrayRef shape, std::uint64_t key = 1) {
  at::Tensor weight = at::empty(shape, at::kDouble);
  initializer(weight, RandomStream(test::test_seed(key)));
  return weight;
}
double variance(const at::Tensor& x) { return x.detach().to(at::kDouble).square().mean().item<double>(); }
double fourth_moment(const at::Tensor& x) { return x.detach().pow(4).mean().item<double>(); }

// A sample variance of n values is within a few times √(2/n) of the true one, relatively; the test allows six times.
void expect_variance(const at::Tensor& x, double expected) {
  EXPECT_NEAR(variance(x) / expected, 1, 6 * std::sqrt(2.0 / static_cast<double>(x.numel())));
}

TEST(Initialization, XavierHasItsVarianceAndShape) {
  for (const double gain : {1.0, 0.7071}) {
    const double expected = gain * gain * 2.0 / (300 + 500);
    const at::Tensor uniform = drawn(xavier(WeightInit::kXavierUniform, 300, 500, gain), {500, 300});
    expect_variance(uniform, expected);
    EXPECT_LE(uniform.abs().max().item<double>(), std::sqrt(3 * expected));
    EXPECT_GT(uniform.abs().max().item<double>(), 0.999 * std::sqrt(3 * expected));
    EXPECT_NEAR(fourth_moment(uniform) / (expected * expected), 1.8, 0.05);
    const at::Tensor gaussian = drawn(xavier(WeightInit::kXavierNormal, 300, 500, gain), {500, 300});
    expect_variance(gaussian, expected);
    EXPECT_NEAR(fourth_moment(gaussian) / (expected * expected), 3, 0.15);
    for (const at::Tensor& x : {uniform, gaussian})
      EXPECT_NEAR(x.mean().item<double>(), 0, 6 * std::sqrt(expected / static_cast<double>(x.numel())));
  }
}

TEST(Initialization, NormalIsGaussian) {
  const at::Tensor x = drawn(normal(2), {400'000});
  expect_variance(x, 4);
  for (const auto& [limit, inside] : {std::pair{1.0, 0.682689}, std::pair{2.0, 0.954500}, std::pair{3.0, 0.997300}})
    EXPECT_NEAR((x.abs() < 2 * limit).to(at::kDouble).mean().item<double>(), inside, 0.004);
  EXPECT_TRUE(x.isfinite().all().item<bool>());
}

TEST(Initialization, FollowsFromSeedAndNameNotFromOrder) {
  Parameters forth(7), back(7), other(8);
  const at::Tensor a = forth.add("a", {50}, normal(1)), b = forth.add("b", {50}, normal(1));
  const at::Tensor b_first = back.add("b", {50}, normal(1)), a_second = back.add("a", {50}, normal(1));
  EXPECT_TRUE(a.equal(a_second));
  EXPECT_TRUE(b.equal(b_first));
  EXPECT_FALSE(a.equal(b));
  EXPECT_FALSE(a.equal(other.add("a", {50}, normal(1))));
}

TEST(Initialization, TypesOfFloatDrawTheSameNumbers) {
  Parameters single(7, at::kFloat), wide(7, at::kDouble);
  const at::Tensor a = single.add("a", {50}, normal(1)), b = wide.add("a", {50}, normal(1));
  EXPECT_TRUE(a.equal(b.to(at::kFloat)));
}

ModelConfig attention_config() {
  ModelConfig config;
  config.d_model = 128;
  config.init_qkv_gain = 0.5;
  return config;
}

// Query, key and value are stacked, but each is drawn with the fans of one d_model × d_model matrix. Only they have the
// gain.
TEST(Initialization, StackedProjectionsHaveTheFansOfOne) {
  for (const WeightInit init : {WeightInit::kXavierUniform, WeightInit::kXavierNormal}) {
    ModelConfig config = attention_config();
    config.init = init;
    Parameters parameters(1);
    const SelfAttention self(Scope(parameters) / "self", config, {Stack::kEncoder, 0});
    const CrossAttention cross(Scope(parameters) / "cross", config);
    const double plain = 2.0 / (128 + 128);
    for (const std::string name : {"self.qkv.weight", "cross.query.weight", "cross.key_value.weight"})
      for (std::int64_t row = 0; row < parameters.at(name).size(0); row += 128)
        expect_variance(parameters.at(name).narrow(0, row, 128), 0.25 * plain);
    for (const std::string name : {"self.out.weight", "cross.out.weight"}) expect_variance(parameters.at(name), plain);
  }
}

// Rows or columns, whichever are fewer, are orthonormal but for the scale.
TEST(Initialization, OrthogonalMatricesKeepTheMeanSquare) {
  for (const auto& [out, in] : {std::pair<std::int64_t, std::int64_t>{64, 64}, {256, 64}, {64, 256}, {1, 7}, {7, 1}}) {
    const at::Tensor w = drawn(orthogonal(in, out, 0.5), {out, in}).to(at::kDouble);
    const double scale = 0.5 * std::max(std::sqrt(static_cast<double>(out) / static_cast<double>(in)), 1.0);
    const at::Tensor product = out > in ? w.t().mm(w) : w.mm(w.t());
    const at::Tensor expected = scale * scale * at::eye(std::min(out, in), at::kDouble);
    EXPECT_LT((product - expected).abs().max().item<double>(), 1e-5) << out << " x " << in;
    EXPECT_TRUE(w.equal(drawn(orthogonal(in, out, 0.5), {out, in}).to(at::kDouble)));
  }
}

// Uniform over all orthogonal matrices: in two dimensions, each sign of the determinant is as likely as the other, and
// the first column points everywhere.
TEST(Initialization, OrthogonalMatricesAreUniform) {
  double determinants = 0, first = 0, square = 0;
  constexpr int kDraws = 2000;
  for (int i = 0; i < kDraws; ++i) {
    at::Tensor w = at::empty({2, 2}, at::kDouble);
    orthogonal(2, 2)(w, RandomStream(mix_key({static_cast<std::uint64_t>(i)})));
    const auto* v = w.data_ptr<double>();
    determinants += v[0] * v[3] - v[1] * v[2];
    first += v[0];
    square += v[0] * v[0];
  }
  EXPECT_NEAR(determinants / kDraws, 0, 0.1);
  EXPECT_NEAR(first / kDraws, 0, 0.07);
  EXPECT_NEAR(square / kDraws, 0.5, 0.04);
}

TEST(Initialization, OrthogonalAttentionStartsWithoutQueries) {
  ModelConfig config = attention_config();
  config.init = WeightInit::kOrthogonal;
  config.init_qkv_gain = 1;
  Parameters parameters(1, at::kDouble);
  const SelfAttention self(Scope(parameters) / "self", config, {Stack::kEncoder, 0});
  const CrossAttention cross(Scope(parameters) / "cross", config);
  const auto is_orthogonal = [](const at::Tensor& w) {
    return (w.mm(w.t()) - at::eye(w.size(0), at::kDouble)).abs().max().item<double>() < 1e-12;
  };
  const at::Tensor qkv = parameters.at("self.qkv.weight"), key_value = parameters.at("cross.key_value.weight");
  EXPECT_EQ(variance(qkv.narrow(0, 0, 128)), 0);
  EXPECT_EQ(variance(parameters.at("cross.query.weight")), 0);
  expect_variance(qkv.narrow(0, 128, 128), 1.0 / 128);
  expect_variance(key_value.narrow(0, 0, 128), 1.0 / 128);
  EXPECT_TRUE(is_orthogonal(qkv.narrow(0, 256, 128)));
  EXPECT_TRUE(is_orthogonal(key_value.narrow(0, 128, 128)));
  EXPECT_TRUE(is_orthogonal(parameters.at("self.out.weight")));
  EXPECT_FALSE(qkv.narrow(0, 256, 128).equal(parameters.at("self.out.weight")));
}

TEST(Initialization, QueryAndKeyStartAtZeroWhereAskedAndNothingElse) {
  ModelConfig config = attention_config();
  Parameters usual(1), zero(1);
  const SelfAttention usual_self(Scope(usual) / "self", config, {Stack::kEncoder, 0});
  const CrossAttention usual_cross(Scope(usual) / "cross", config);
  config.init_query_key_zero = true;
  const SelfAttention zero_self(Scope(zero) / "self", config, {Stack::kEncoder, 0});
  const CrossAttention zero_cross(Scope(zero) / "cross", config);
  EXPECT_EQ(variance(zero.at("self.qkv.weight").narrow(0, 0, 256)), 0);
  EXPECT_EQ(variance(zero.at("cross.query.weight")), 0);
  EXPECT_EQ(variance(zero.at("cross.key_value.weight").narrow(0, 0, 128)), 0);
  EXPECT_TRUE(zero.at("self.qkv.weight").narrow(0, 256, 128).equal(usual.at("self.qkv.weight").narrow(0, 256, 128)));
  EXPECT_TRUE(zero.at("cross.key_value.weight")
                  .narrow(0, 128, 128)
                  .equal(usual.at("cross.key_value.weight").narrow(0, 128, 128)));
  EXPECT_TRUE(zero.at("self.out.weight").equal(usual.at("self.out.weight")));
}

// Value, attention output and both feed-forward matrices have the gain β of their stack. Queries and keys do not.
TEST(Initialization, DeepnormScalesTheBranchesDown) {
  ModelConfig config;
  config.d_model = 128;
  config.d_ff = 384;
  config.encoder_layers = 3;
  config.decoder_layers = 5;
  config.norm_placement = NormPlacement::kDeepnorm;
  Parameters parameters(1);
  const StackLayer encoder(Scope(parameters) / "encoder", config, {Stack::kEncoder, 0});
  const DecoderLayer decoder(Scope(parameters) / "decoder", config, 0);
  const double root = std::pow(std::pow(3.0, 4) * 5, 1.0 / 16);
  const std::map<std::string, double> gains{{"encoder", 0.87 / root}, {"decoder", std::pow(60.0, -0.25)}};
  for (const auto& [stack, gain] : gains) {
    SCOPED_TRACE(stack);
    const double plain = 2.0 / (128 + 128), scaled = gain * gain * plain;
    const auto part = [&, &name = stack](const std::string& matrix, std::int64_t i) {
      return parameters.at(name + "." + matrix + ".weight").narrow(0, 128 * i, 128);
    };
    expect_variance(part("self_attention.qkv", 0), plain);
    expect_variance(part("self_attention.qkv", 1), plain);
    expect_variance(part("self_attention.qkv", 2), scaled);
    expect_variance(part("self_attention.out", 0), scaled);
    if (stack == "decoder") {
      expect_variance(part("cross_attention.query", 0), plain);
      expect_variance(part("cross_attention.key_value", 0), plain);
      expect_variance(part("cross_attention.key_value", 1), scaled);
      expect_variance(part("cross_attention.out", 0), scaled);
    }
    for (const std::string matrix : {"up", "down"})
      expect_variance(parameters.at(stack + ".feed_forward." + matrix + ".weight"), gain * gain * 2.0 / (128 + 384));
  }
}

TEST(Initialization, FeedForwardEmbeddingsBiasesAndNorms) {
  ModelConfig config;
  config.d_model = 128;
  config.d_ff = 384;
  Parameters parameters(1);
  const FeedForward network(Scope(parameters) / "ffn", config, Stack::kEncoder);
  const Norm norm(Scope(parameters) / "norm", config);
  embedding_table(Scope(parameters) / "embedding", 1000, 128);
  expect_variance(parameters.at("ffn.up.weight"), 2.0 / (128 + 384));
  expect_variance(parameters.at("ffn.down.weight"), 2.0 / (128 + 384));
  expect_variance(parameters.at("embedding.weight"), 1.0 / 128);
  EXPECT_EQ(variance(parameters.at("ffn.up.bias")), 0);
  EXPECT_EQ(variance(parameters.at("norm.bias")), 0);
  EXPECT_TRUE(parameters.at("norm.weight").eq(1).all().item<bool>());
}

}  // namespace
}  // namespace prenorm::nn
