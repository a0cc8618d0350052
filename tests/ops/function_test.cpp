// What a gradient written by hand cannot do, it says.
#include "prenorm/ops/function.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <functional>

#include "prenorm/ops/attention.h"
#include "prenorm/ops/cross_entropy.h"
#include "prenorm/ops/dropout.h"
#include "prenorm/ops/embedding.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/ops/layer_norm.h"
#include "prenorm/ops/linear.h"
#include "random_tensor.h"

namespace prenorm::ops {
namespace {

using prenorm::testing::integer_tensor;
using prenorm::testing::random_tensor;
using ::testing::HasSubstr;

at::Tensor leaf(at::IntArrayRef sizes, std::uint64_t key) { return random_tensor(sizes, key).requires_grad_(true); }

struct Case {
  std::string name;
  std::function<at::Tensor(const at::Tensor& x)> value;  // of x: [4, 6]
};

std::vector<Case> cases() {
  const at::Tensor four = integer_tensor(std::vector<std::int64_t>{0, 1, 2, 3}),
                   ends = integer_tensor(std::vector<std::int64_t>{0, 4}), w = leaf({6, 6}, 2), b = leaf({6}, 3);
  const NormWeights norm{b, leaf({6}, 4), 1e-5, NormKind::kLayerNorm};
  return {{"dropout",
           [](const at::Tensor& x) {
             return dropout(x, {0.5, 1});
           }},
          {"linear", [=](const at::Tensor& x) { return linear(x, w, b, Activation::kGelu); }},
          {"add_layer_norm", [=](const at::Tensor& x) { return add_layer_norm(x, x, {}, norm).normed; }},
          {"attention", [=](const at::Tensor& x) { return self_attention(x, ends, {}); }},
          {"embedding",
           [=](const at::Tensor& x) {
             return embedding(four, four, {x, x.detach(), 1}, {});
           }},
          {"projected_cross_entropy",
           [=](const at::Tensor& x) { return projected_cross_entropy(x, w, four, 0.1).loss_sum; }}};
}

TEST(Function, RefusesASecondDerivative) {
  for (const Case& c : cases()) {
    const at::Tensor x = leaf({4, 6}, 1), y = c.value(x).square().sum();
    try {
      torch::autograd::grad({y}, {x}, {}, /*retain_graph=*/true, /*create_graph=*/true);
      ADD_FAILURE() << c.name;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr("the gradient of " + c.name + " cannot be differentiated again"));
    }
    EXPECT_TRUE(torch::autograd::grad({y}, {x})[0].defined()) << c.name << ": the first is not affected";
  }
}

// The way out that the message names.
TEST(Function, CompositesCanBeDifferentiatedTwice) {
  const KernelsGuard off(false);
  for (const Case& c : cases()) {
    const at::Tensor x = leaf({4, 6}, 1);
    const at::Tensor gradient = torch::autograd::grad({c.value(x).square().sum()}, {x}, {}, true, true)[0];
    EXPECT_TRUE(torch::autograd::grad({gradient.square().sum()}, {x})[0].defined()) << c.name;
  }
}

TEST(Function, ChosenGradientsOfWeightsWithBuffersAreRefused) {
  const at::Tensor x = leaf({4, 6}, 1), weight = leaf({5, 6}, 2), bias = leaf({5}, 3);
  weight.mutable_grad() = at::zeros_like(weight);
  bias.mutable_grad() = at::zeros_like(bias);
  const at::Tensor y = linear(x, weight, bias).sum();
  EXPECT_THROW(torch::autograd::grad({y}, {weight}), UsageError);
  EXPECT_THROW(torch::autograd::grad({linear(x, weight, bias).sum()}, {x}), UsageError);
  EXPECT_EQ(weight.grad().abs().max().item<double>(), 0) << "the buffer is as it was";
  linear(x, weight, bias).sum().backward();
  EXPECT_GT(weight.grad().abs().max().item<double>(), 0);
}

}  // namespace
}  // namespace prenorm::ops
