// LayerNorm and the activations of the feed-forward network agree with values recorded from PyTorch.
#include "prenorm/nn/normalization.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "golden_file.h"
#include "prenorm/nn/feed_forward.h"
#include "random_tensor.h"

namespace prenorm::nn {
namespace {

using prenorm::testing::golden;
using prenorm::testing::random_tensor;
using prenorm::testing::relative_difference;

class OperatorOracle : public ::testing::TestWithParam<at::ScalarType> {
 protected:
  double tolerance() const { return GetParam() == at::kDouble ? 1e-12 : 2e-5; }
};
INSTANTIATE_TEST_SUITE_P(Types, OperatorOracle, ::testing::Values(at::kFloat, at::kDouble));

TEST_P(OperatorOracle, LayerNormEqualsPyTorch) {
  const io::TensorFile file = golden("operators");
  for (const std::string name : {"plain", "odd_width", "far_mean"}) {
    SCOPED_TRACE(name);
    const auto recorded = [&](const std::string& key) { return file.at("layer_norm." + name + "." + key); };
    const at::Tensor x = recorded("x").to(GetParam()).requires_grad_(true);
    ModelConfig config;
    config.d_model = x.size(1);
    config.norm_eps = std::stod(file.metadata.at("norm_eps"));
    Parameters parameters(1, GetParam());
    const Norm norm(Scope(parameters), config);
    {
      const at::NoGradGuard no_grad;
      parameters.at("weight").copy_(recorded("weight"));
      parameters.at("bias").copy_(recorded("bias"));
    }
    const at::Tensor y = norm(x);
    EXPECT_LT(relative_difference(y, recorded("output")), tolerance());
    y.backward(recorded("grad_output").to(GetParam()));
    EXPECT_LT(relative_difference(x.grad(), recorded("grad.x")), tolerance());
    EXPECT_LT(relative_difference(parameters.at("weight").grad(), recorded("grad.weight")), tolerance());
    EXPECT_LT(relative_difference(parameters.at("bias").grad(), recorded("grad.bias")), tolerance());
  }
}

TEST(Norm, StartsAsTheIdentityOfANormalisedRow) {
  ModelConfig config;
  config.d_model = 64;
  config.norm_eps = 0;
  Parameters parameters(1, at::kDouble);
  const Norm norm(Scope(parameters), config);
  const at::Tensor y = norm(7 + 3 * random_tensor({5, 64}, 1));
  EXPECT_LT(y.mean(1).abs().max().item<double>(), 1e-13);
  EXPECT_LT((y.square().mean(1) - 1).abs().max().item<double>(), 1e-13);
}

// A network of width one with unit weights computes its activation alone.
FeedForward activation_alone(Parameters& parameters, Activation activation) {
  ModelConfig config;
  config.d_model = config.d_ff = 1;
  config.activation = activation;
  config.activation_dropout = 0.5;
  const FeedForward network(Scope(parameters), config, Stack::kEncoder);
  const at::NoGradGuard no_grad;
  for (const std::string name : {"up.weight", "down.weight"}) parameters.at(name).fill_(1);
  return network;
}

TEST_P(OperatorOracle, GeluIsTheExactOne) {
  const io::TensorFile file = golden("operators");
  Parameters parameters(1, GetParam());
  const FeedForward gelu = activation_alone(parameters, Activation::kGelu);
  const at::Tensor x = file.at("gelu.x").unsqueeze(1).to(GetParam()).requires_grad_(true);
  const at::Tensor y = gelu(x, Context{});
  EXPECT_LT(relative_difference(y.squeeze(1), file.at("gelu.output")), tolerance());
  y.backward(file.at("gelu.grad_output").unsqueeze(1).to(GetParam()));
  EXPECT_LT(relative_difference(x.grad().squeeze(1), file.at("gelu.grad.x")), tolerance());
}

TEST_P(OperatorOracle, ReluCutsAtZero) {
  Parameters parameters(1, GetParam());
  const FeedForward relu = activation_alone(parameters, Activation::kRelu);
  const at::Tensor x = random_tensor({100, 1}, 1, GetParam());
  EXPECT_TRUE(relu(x, Context{}).equal(x.clamp_min(0)));
}

TEST(FeedForward, DropsActivationsInTrainingOnly) {
  Parameters parameters(1);
  const FeedForward relu = activation_alone(parameters, Activation::kRelu);
  const at::Tensor x = random_tensor({1000, 1}, 1, at::kFloat).abs() + 1;
  EXPECT_TRUE(relu(x, Context{}).equal(x));
  const at::Tensor y = relu(x, Context{.training = true, .key = 5});
  const at::Tensor dropped = y == 0;
  EXPECT_NEAR(dropped.to(at::kDouble).mean().item<double>(), 0.5, 0.1);
  EXPECT_TRUE((dropped.logical_or(y == 2 * x)).all().item<bool>());
  EXPECT_TRUE(y.equal(relu(x, Context{.training = true, .key = 5})));
  EXPECT_FALSE(y.equal(relu(x, Context{.training = true, .key = 6})));
}

}  // namespace
}  // namespace prenorm::nn
