// The residual connection by its formula, and what the observer is shown.
#include "prenorm/nn/residual.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/sin.h>
#include <gtest/gtest.h>

#include <map>

#include "golden_file.h"
#include "prenorm/nn/encoder.h"
#include "prenorm/nn/packing.h"
#include "random_tensor.h"

namespace prenorm::nn {
namespace {

using prenorm::testing::random_tensor;
using prenorm::testing::relative_difference;

constexpr std::int64_t kWidth = 6;

ModelConfig config_of(NormPlacement placement, double dropout = 0) {
  ModelConfig config;
  config.norm_placement = placement;
  config.d_model = kWidth;
  config.dropout = dropout;
  config.norm_eps = 1e-3;
  return config;
}

void fill_at_random(Parameters& parameters) {
  parameters.complete();
  parameters.values().copy_(random_tensor({parameters.count()}, 11) + 0.3);
}

// γ (x - μ) / √(σ² + ε) + β, element by element.
at::Tensor layer_norm_by_formula(const at::Tensor& x, const Parameters& parameters, double eps) {
  const at::Tensor centered = x - x.mean(1, /*keepdim=*/true);
  const at::Tensor variance = centered.square().mean(1, /*keepdim=*/true);
  return parameters.at("norm.weight") * centered / (variance + eps).sqrt() + parameters.at("norm.bias");
}
Stream in(const at::Tensor& x) { return {x, {}, {}, nullptr}; }
at::Tensor branch(const at::Tensor& x) { return at::sin(2 * x) + 0.5; }

TEST(Residual, PostLnNormalisesTheSum) {
  Parameters parameters(1, at::kDouble);
  const Residual residual(Scope(parameters), config_of(NormPlacement::kPostLn));
  fill_at_random(parameters);
  const at::Tensor x = random_tensor({4, kWidth}, 1);
  EXPECT_LT(
      relative_difference(residual(in(x), {}, branch).sum(), layer_norm_by_formula(x + branch(x), parameters, 1e-3)),
      1e-14);
}

TEST(Residual, PreLnNormalisesWhatTheBranchReads) {
  Parameters parameters(1, at::kDouble);
  const Residual residual(Scope(parameters), config_of(NormPlacement::kPreLn));
  fill_at_random(parameters);
  const at::Tensor x = random_tensor({4, kWidth}, 1);
  EXPECT_LT(
      relative_difference(residual(in(x), {}, branch).sum(), x + branch(layer_norm_by_formula(x, parameters, 1e-3))),
      1e-14);
}

TEST(StackEnd, NormalisesUnderPreLnAlone) {
  const at::Tensor x = random_tensor({4, kWidth}, 1);
  Parameters pre(1, at::kDouble), post(1, at::kDouble);
  const StackEnd pre_end(Scope(pre), config_of(NormPlacement::kPreLn)),
      post_end(Scope(post), config_of(NormPlacement::kPostLn));
  fill_at_random(pre);
  EXPECT_LT(relative_difference(pre_end(in(x), {}), layer_norm_by_formula(x, pre, 1e-3)), 1e-14);
  EXPECT_TRUE(post_end(in(x), {}).is_same(x));
  EXPECT_TRUE(post.list().empty());
}

// Dropout stands on the branch, before the sum: x itself always passes.
TEST(Residual, DropsTheBranchInTrainingOnly) {
  Parameters parameters(1, at::kDouble);
  const Residual residual(Scope(parameters), config_of(NormPlacement::kPreLn, 0.5));
  const at::Tensor x = random_tensor({200, kWidth}, 1);
  const auto one = [](const at::Tensor& y) { return y * 0 + 1; };
  EXPECT_TRUE(residual(in(x), {}, one).sum().equal(x + 1));
  const at::Tensor y = residual(in(x), {.training = true, .key = 9}, one).sum();
  const at::Tensor dropped = y == x;
  EXPECT_NEAR(dropped.to(at::kDouble).mean().item<double>(), 0.5, 0.1);
  EXPECT_TRUE(dropped.logical_or(y == x + 2).all().item<bool>());
  EXPECT_TRUE(y.equal(residual(in(x), {.training = true, .key = 9}, one).sum()));
  EXPECT_FALSE(y.equal(residual(in(x), {.training = true, .key = 10}, one).sum()));
}

TEST(Residual, SitesDrawMasksOfTheirOwn) {
  Parameters parameters(1, at::kDouble);
  const Residual first(Scope(parameters) / "first", config_of(NormPlacement::kPreLn, 0.5));
  const Residual second(Scope(parameters) / "second", config_of(NormPlacement::kPreLn, 0.5));
  const at::Tensor x = random_tensor({200, kWidth}, 1);
  const Context context{.training = true, .key = 9};
  const auto one = [](const at::Tensor& y) { return y * 0 + 1; };
  EXPECT_NEAR(
      (first(in(x), context, one).sum() == second(in(x), context, one).sum()).to(at::kDouble).mean().item<double>(),
      0.5, 0.1);
}

TEST(Observer, SeesEveryBranchAndOutputAndChangesNothing) {
  ModelConfig config = config_of(NormPlacement::kPostLn);
  config.encoder_layers = 2;
  config.num_heads = 2;
  config.d_ff = 8;
  for (const NormPlacement placement : {NormPlacement::kPostLn, NormPlacement::kPreLn}) {
    config.norm_placement = placement;
    Parameters parameters(1, at::kDouble);
    const Encoder encoder(Scope(parameters) / "encoder", config);
    const at::Tensor x = random_tensor({5, kWidth}, 1);
    const Packing packing = Packing::from_offsets(std::vector<std::int64_t>{0, 2, 5});
    std::map<std::string, at::Tensor> seen;
    std::vector<std::string> order;
    const Observer observer = [&](std::string_view point, const at::Tensor& value) {
      order.emplace_back(point);
      seen.emplace(point, value);
    };
    const at::Tensor y = encoder(x, packing, {.observer = &observer});
    EXPECT_TRUE(y.equal(encoder(x, packing, {})));
    std::vector<std::string> expected;
    for (const std::string layer : {"0", "1"})
      for (const std::string module : {"self_attention", "feed_forward"})
        for (const std::string point : {"branch", "output"})
          expected.push_back("encoder.layers." + layer + "." + module + "." + point);
    EXPECT_EQ(order, expected);
    for (const auto& [point, value] : seen) EXPECT_EQ(value.sizes(), x.sizes()) << point;
    if (placement == NormPlacement::kPostLn) {
      EXPECT_TRUE(seen.at("encoder.layers.1.feed_forward.output").equal(y));
    } else {
      const at::Tensor sum =
          seen.at("encoder.layers.0.self_attention.output") + seen.at("encoder.layers.0.feed_forward.branch");
      EXPECT_TRUE(seen.at("encoder.layers.0.feed_forward.output").equal(sum));
    }
  }
}

}  // namespace
}  // namespace prenorm::nn
