// Parameters are in one buffer, and so are their gradients.
#include "prenorm/nn/parameters.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "golden_file.h"
#include "prenorm/base/error.h"
#include "prenorm/nn/decoder.h"
#include "prenorm/nn/linear.h"
#include "random_tensor.h"

namespace prenorm::nn {
namespace {

using prenorm::testing::random_tensor;
using prenorm::testing::relative_difference;

std::vector<std::string> names(const Parameters& parameters) {
  std::vector<std::string> result;
  for (const Parameter& p : parameters.list()) result.push_back(p.name);
  return result;
}

TEST(Parameters, LieEndToEndInOrderAndKeepTheirValues) {
  Parameters parameters(3);
  const at::Tensor a = parameters.add("a", {2, 3}, normal(1)), b = parameters.add("b", {4}, normal(1));
  const at::Tensor a_before = a.detach().clone(), b_before = b.detach().clone();
  parameters.complete();
  EXPECT_EQ(parameters.count(), 10);
  EXPECT_TRUE(parameters.values().narrow(0, 0, 6).equal(a_before.flatten()));
  EXPECT_TRUE(parameters.values().narrow(0, 6, 4).equal(b_before));
  EXPECT_TRUE(a.equal(a_before));
  EXPECT_TRUE(parameters.at("b").is_same(b));
  EXPECT_EQ(a.data_ptr<float>(), parameters.values().data_ptr<float>());
}

TEST(Parameters, ChangingTheBufferChangesTheParameter) {
  Parameters parameters(3, at::kDouble);
  const Linear linear(Scope(parameters) / "linear", 2, 2, normal(1));
  parameters.complete();
  parameters.values().fill_(1);
  EXPECT_TRUE(linear(random_tensor({1, 2}, 1).fill_(1)).equal(random_tensor({1, 2}, 1).fill_(3)));
  {
    const at::NoGradGuard no_grad;
    parameters.at("linear.bias").fill_(5);
  }
  EXPECT_EQ(parameters.values().select(0, 5).item<double>(), 5);
}

TEST(Parameters, GradientsAccumulateInTheBufferUntilCleared) {
  Parameters parameters(3, at::kDouble);
  const at::Tensor a = parameters.add("a", {3}, normal(1)), b = parameters.add("b", {2, 2}, normal(1));
  parameters.complete();
  EXPECT_EQ(parameters.gradients().abs().max().item<double>(), 0);
  for (int pass = 1; pass <= 3; ++pass) {
    ((2 * a).sum() + (3 * b).sum()).backward();
    EXPECT_TRUE(parameters.gradients().narrow(0, 0, 3).eq(2 * pass).all().item<bool>());
    EXPECT_TRUE(parameters.gradients().narrow(0, 3, 4).eq(3 * pass).all().item<bool>());
    EXPECT_EQ(a.grad().data_ptr<double>(), parameters.gradients().data_ptr<double>());
  }
  parameters.gradients().zero_();
  EXPECT_EQ(b.grad().abs().max().item<double>(), 0);
}

TEST(Parameters, ValuesAndGradientsAreOfTheOptions) {
  ParameterOptions options(at::kDouble, at::kCPU);
  options.gradient_buffer = false;
  Parameters parameters(3, options);
  const at::Tensor a = parameters.add("a", {3}, normal(1));
  parameters.complete();
  for (const at::Tensor& tensor : {a, parameters.values()}) {
    EXPECT_EQ(tensor.scalar_type(), at::kDouble);
    EXPECT_TRUE(tensor.device().is_cpu());
  }
  EXPECT_FALSE(parameters.gradients().defined());
  const Parameters replica = Parameters::sharing_values_of(parameters);
  EXPECT_EQ(replica.options().dtype, at::kDouble);
  EXPECT_FALSE(replica.options().gradient_buffer);
}

// Σ a³ has the gradient 3 a², whose sum has the gradient 6 a.
TEST(Parameters, WithoutABufferAutogradDifferentiatesTwice) {
  ParameterOptions options(at::kDouble);
  options.gradient_buffer = false;
  Parameters parameters(3, options);
  const at::Tensor a = parameters.add("a", {3}, normal(1));
  parameters.complete();
  const auto first = torch::autograd::grad({(a * a * a).sum()}, {a}, {}, /*retain_graph=*/true, /*create_graph=*/true);
  EXPECT_LT(relative_difference(first.at(0), 3 * a * a), 1e-14);
  EXPECT_LT(relative_difference(torch::autograd::grad({first.at(0).sum()}, {a}).at(0), 6 * a), 1e-14);
  EXPECT_FALSE(a.grad().defined());
}

TEST(Parameters, ErrorsNameTheParameter) {
  Parameters parameters(3);
  parameters.add("a.weight", {2}, constant(1));
  EXPECT_THROW(parameters.add("a.weight", {3}, constant(1)), Error);
  EXPECT_THROW(parameters.at("a"), Error);
  EXPECT_EQ(parameters.count(), 2);
}

TEST(Parameters, EmptyModelsComplete) {
  Parameters parameters(3);
  parameters.complete();
  EXPECT_EQ(parameters.count(), 0);
  EXPECT_EQ(parameters.values().numel(), 0);
}

TEST(Scope, JoinsNamesWithDots) {
  Parameters parameters(1);
  const Scope root(parameters);
  EXPECT_EQ(root.name(), "");
  EXPECT_EQ((root / "encoder" / "layers" / std::int64_t{3}).name(), "encoder.layers.3");
  (root / "encoder").add("weight", {1}, constant(0));
  root.add("bias", {1}, constant(0));
  EXPECT_EQ(names(parameters), (std::vector<std::string>{"encoder.weight", "bias"}));
}

// Other tools read checkpoints by these names, which are part of the format.
TEST(Parameters, NamesOfADecoderLayer) {
  Parameters parameters(1);
  ModelConfig config;
  config.decoder_layers = 1;
  const Decoder decoder(Scope(parameters) / "decoder", config);
  std::vector<std::string> expected{"decoder.norm.weight", "decoder.norm.bias"};
  for (const std::string module : {"self_attention.qkv", "self_attention.out", "self_attention.norm",
                                   "cross_attention.query", "cross_attention.key_value", "cross_attention.out",
                                   "cross_attention.norm", "feed_forward.up", "feed_forward.down", "feed_forward.norm"})
    for (const std::string part : {".weight", ".bias"}) expected.push_back("decoder.layers.0." + module + part);
  EXPECT_EQ(names(parameters), expected);
  EXPECT_EQ(parameters.at("decoder.layers.0.self_attention.qkv.weight").sizes(), (std::vector<std::int64_t>{768, 256}));
  EXPECT_EQ(parameters.at("decoder.layers.0.feed_forward.down.weight").sizes(), (std::vector<std::int64_t>{256, 1024}));
}

}  // namespace
}  // namespace prenorm::nn
