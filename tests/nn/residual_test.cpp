// The residual connection follows its formula, and the observer sees each point.
#include "prenorm/nn/residual.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/sin.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "enum_values.h"
#include "golden_file.h"
#include "prenorm/nn/depth_scales.h"
#include "prenorm/nn/layer_stack.h"
#include "prenorm/nn/packing.h"
#include "random_tensor.h"

namespace prenorm::nn {
namespace {

using prenorm::testing::all_norms;
using prenorm::testing::all_values;
using prenorm::testing::NormForm;
using prenorm::testing::random_tensor;
using prenorm::testing::relative_difference;

constexpr std::int64_t kWidth = 6;

constexpr double kEps = 1e-3, kStreamScale = 1.7;

ModelConfig config_of(NormPlacement placement, double dropout = 0) {
  ModelConfig config;
  config.norm_placement = placement;
  config.d_model = kWidth;
  config.dropout = dropout;
  config.norm_eps = kEps;
  return config;
}

void fill_at_random(Parameters& parameters) {
  parameters.complete();
  parameters.values().copy_(random_tensor({parameters.count()}, 11) + 0.3);
}

// γ (x - μ) / √(σ² + ε) + β or γ x / √(mean(x²) + ε), element by element, with the weights of `scope`.
at::Tensor norm_by_formula(const at::Tensor& x, const std::string& scope, const Parameters& parameters,
                           const ModelConfig& config) {
  const bool layer_norm = config.norm == NormKind::kLayerNorm;
  const at::Tensor centered = layer_norm ? x - x.mean(1, /*keepdim=*/true) : x;
  at::Tensor y = centered / (centered.square().mean(1, /*keepdim=*/true) + kEps).sqrt();
  if (config.norm_affine) y = parameters.at(scope + ".weight") * y;
  return config.norm_affine && layer_norm ? y + parameters.at(scope + ".bias") : y;
}
Stream in(const at::Tensor& x) { return {x}; }
at::Tensor branch(const at::Tensor& x) { return at::sin(2 * x) + 0.5; }

at::Tensor residual_by_formula(const at::Tensor& x, const Parameters& parameters, const ModelConfig& config) {
  const auto norm = [&](const at::Tensor& v, const std::string& scope = "norm") {
    return norm_by_formula(v, scope, parameters, config);
  };
  switch (config.norm_placement) {
    case NormPlacement::kPostLn: return norm(x + branch(x));
    case NormPlacement::kDeepnorm: return norm(kStreamScale * x + branch(x));
    case NormPlacement::kAdmin: return norm(parameters.at("omega") * x + branch(x));
    case NormPlacement::kPreLn:
    case NormPlacement::kPreLnNoFinal: return x + branch(norm(x));
    case NormPlacement::kSandwichLn: return x + norm(branch(norm(x)), "branch_norm");
    case NormPlacement::kNone: return x + branch(x);
  }
  return {};
}

TEST(Residual, IsItsFormulaForEveryPlacementAndNorm) {
  const at::Tensor x = random_tensor({4, kWidth}, 1);
  const auto point = std::make_shared<const std::string>("before.output");
  for (const NormPlacement placement : all_values<NormPlacement>())
    for (const auto& form : all_norms()) {
      SCOPED_TRACE(fmt::format("{}, {}, affine {}", enum_name(placement), enum_name(form.kind), form.affine));
      ModelConfig config = config_of(placement);
      form.apply_to(config);
      Parameters parameters(1, at::kDouble);
      const Residual residual(Scope(parameters), config, traits_of(placement), kStreamScale);
      fill_at_random(parameters);
      EXPECT_LT(relative_difference(residual(in(x), {}, branch).sum(), residual_by_formula(x, parameters, config)),
                1e-13);
      // The sum is left over from the previous sublayer.
      const Stream pending{x, 3 * x, {}, point};
      EXPECT_LT(
          relative_difference(residual(pending, {}, branch).sum(), residual_by_formula(4 * x, parameters, config)),
          1e-13);
    }
}

// Every combination of norms and scales, including those that no placement uses yet.
TEST(Residual, IsItsFormulaForEveryCombinationOfTraits) {
  const at::Tensor x = random_tensor({4, kWidth}, 1);
  const ModelConfig config = config_of(NormPlacement::kPreLn);
  for (int norms = 0; norms < 8; ++norms)
    for (const StreamScale scale : {StreamScale::kOne, StreamScale::kDepth, StreamScale::kLearned}) {
      const PlacementTraits traits{(norms & 1) != 0, (norms & 2) != 0, (norms & 4) != 0, scale};
      SCOPED_TRACE(fmt::format("norms {}, scale {}", norms, static_cast<int>(scale)));
      Parameters parameters(1, at::kDouble);
      const Residual residual(Scope(parameters), config, traits, kStreamScale);
      fill_at_random(parameters);
      const auto norm = [&](bool there, const at::Tensor& v, const char* scope) {
        return there ? norm_by_formula(v, scope, parameters, config) : v;
      };
      const at::Tensor added = norm(traits.norm_branch, branch(norm(traits.norm_before, x, "norm")), "branch_norm");
      const at::Tensor scaled = scale == StreamScale::kOne     ? x
                                : scale == StreamScale::kDepth ? kStreamScale * x
                                                               : parameters.at("omega") * x;
      const at::Tensor expected = norm(traits.norm_after, scaled + added, traits.norm_before ? "output_norm" : "norm");
      EXPECT_LT(relative_difference(residual(in(x), {}, branch).sum(), expected), 1e-13);
    }
}

// y = after(α scale x + β branch(f(before(x)))), for every combination of norms and scales. With α = 0, x reaches the
// sum by no way, not even as 0 x.
TEST(Residual, HasTheShortcutWeightsOfItsConfiguration) {
  const at::Tensor x = random_tensor({4, kWidth}, 1);
  const ModelConfig config = config_of(NormPlacement::kPreLn);
  for (int norms = 0; norms < 8; ++norms)
    for (const StreamScale scale : {StreamScale::kOne, StreamScale::kDepth, StreamScale::kLearned})
      for (const ShortcutWeights weights :
           {ShortcutWeights{0.8, 0.6}, ShortcutWeights{0, 1}, ShortcutWeights{0, 0.5}, ShortcutWeights{1, 0.3}}) {
        const PlacementTraits traits{(norms & 1) != 0, (norms & 2) != 0, (norms & 4) != 0, scale};
        SCOPED_TRACE(fmt::format("norms {}, scale {}, skip {}, gain {}", norms, static_cast<int>(scale), weights.skip,
                                 weights.gain));
        Parameters parameters(1, at::kDouble);
        const Residual residual(Scope(parameters), config, traits, kStreamScale, weights);
        fill_at_random(parameters);
        const auto norm = [&](bool there, const at::Tensor& v, const char* scope) {
          return there ? norm_by_formula(v, scope, parameters, config) : v;
        };
        const at::Tensor added = norm(traits.norm_branch, branch(norm(traits.norm_before, x, "norm")), "branch_norm");
        const at::Tensor scaled = scale == StreamScale::kOne     ? x
                                  : scale == StreamScale::kDepth ? kStreamScale * x
                                                                 : parameters.at("omega") * x;
        const at::Tensor expected = norm(traits.norm_after, weights.skip * scaled + weights.gain * added,
                                         traits.norm_before ? "output_norm" : "norm");
        EXPECT_LT(relative_difference(residual(in(x), {}, branch).sum(), expected), 1e-13);
      }
  Parameters parameters(1, at::kDouble);
  const Residual residual(Scope(parameters), config, traits_of(NormPlacement::kNone), 1, {0, 1});
  const at::Tensor infinite = x / 0;
  EXPECT_TRUE(
      residual(in(infinite), {}, [](const at::Tensor& v) { return v * 0 == 0; }).sum().isfinite().all().item<bool>());
}

TEST(Residual, CrossAttentionKeepsItsShortcut) {
  ModelConfig config;
  config.attention_skip = 0;
  config.attention_gain = 0.5;
  config.feed_forward_skip = 0.25;
  config.feed_forward_gain = 2;
  const ShortcutWeights self = shortcut_weights(config, Sublayer::kSelfAttention),
                        cross = shortcut_weights(config, Sublayer::kCrossAttention),
                        feed_forward = shortcut_weights(config, Sublayer::kFeedForward);
  EXPECT_EQ(self.skip, 0);
  EXPECT_EQ(self.gain, 0.5);
  EXPECT_EQ(cross.skip, 1);
  EXPECT_EQ(cross.gain, 1);
  EXPECT_EQ(feed_forward.skip, 0.25);
  EXPECT_EQ(feed_forward.gain, 2);
}

// The stream owns the name of the sum's observation point, which remains valid after the module is destroyed.
TEST(Stream, OutlivesTheModuleThatLeftItsSum) {
  const at::Tensor x = random_tensor({4, kWidth}, 1);
  Parameters parameters(1, at::kDouble);
  const auto residual_at = [&](const std::string& name) {
    return Residual(Scope(parameters) / name, config_of(NormPlacement::kPreLn), Place{});
  };
  const Stream stream = residual_at("a.name.too.long.for.a.string.without.memory.of.its.own")(in(x), {}, branch);
  std::string shown;
  const Observer observer = [&](std::string_view point, const at::Tensor&) {
    if (shown.empty()) shown = point;
  };
  residual_at("second")(stream, {.observer = &observer}, branch);
  EXPECT_EQ(shown, "a.name.too.long.for.a.string.without.memory.of.its.own.output");
}

TEST(Residual, HasTheWeightsOfItsPlacementAndNorm) {
  const auto names = [](NormPlacement placement, const NormForm& form) {
    ModelConfig config = config_of(placement);
    form.apply_to(config);
    Parameters parameters(1);
    const Residual residual(Scope(parameters) / "f", config, Place{});
    std::vector<std::string> list;
    for (const Parameter& p : parameters.list()) {
      EXPECT_EQ(p.value.sizes(), at::IntArrayRef{kWidth});
      EXPECT_TRUE(p.value.eq(p.name.ends_with("bias") ? 0 : 1).all().item<bool>()) << p.name;
      list.push_back(p.name);
    }
    return list;
  };
  using Names = std::vector<std::string>;
  const NormForm layer{NormKind::kLayerNorm, true}, plain{NormKind::kLayerNorm, false}, rms{NormKind::kRmsNorm, true},
      plain_rms{NormKind::kRmsNorm, false};
  const Names norm{"f.norm.weight", "f.norm.bias"};
  for (const NormPlacement placement :
       {NormPlacement::kPostLn, NormPlacement::kPreLn, NormPlacement::kPreLnNoFinal, NormPlacement::kDeepnorm}) {
    EXPECT_EQ(names(placement, layer), norm);
    EXPECT_EQ(names(placement, rms), Names{"f.norm.weight"});
    EXPECT_EQ(names(placement, plain), Names{});
    EXPECT_EQ(names(placement, plain_rms), Names{});
  }
  EXPECT_EQ(names(NormPlacement::kAdmin, layer), (Names{"f.norm.weight", "f.norm.bias", "f.omega"}));
  EXPECT_EQ(names(NormPlacement::kAdmin, plain_rms), Names{"f.omega"});
  EXPECT_EQ(names(NormPlacement::kSandwichLn, layer),
            (Names{"f.norm.weight", "f.norm.bias", "f.branch_norm.weight", "f.branch_norm.bias"}));
  EXPECT_EQ(names(NormPlacement::kSandwichLn, rms), (Names{"f.norm.weight", "f.branch_norm.weight"}));
}

TEST(StackEnd, AddsWhatIsLeftAndNormalisesIfThePlacementSaysSo) {
  const at::Tensor x = random_tensor({4, kWidth}, 1), f = random_tensor({4, kWidth}, 2);
  const std::string point = "last.output";
  for (const NormPlacement placement : all_values<NormPlacement>()) {
    SCOPED_TRACE(enum_name(placement));
    const bool normalises = traits_of(placement).final_norm;
    const ModelConfig config = config_of(placement);
    Parameters parameters(1, at::kDouble);
    const StackEnd end(Scope(parameters) / "stack", config, Stack::kEncoder);
    EXPECT_EQ(parameters.list().empty(), !normalises);
    fill_at_random(parameters);
    const auto expected = [&](const at::Tensor& v) {
      return normalises ? norm_by_formula(v, "stack.norm", parameters, config) : v;
    };
    EXPECT_LT(relative_difference(end(in(x), {}), expected(x)), 1e-14);
    std::map<std::string, at::Tensor> seen;
    const Observer observer = [&](std::string_view name, const at::Tensor& value) { seen.emplace(name, value); };
    EXPECT_LT(relative_difference(end({x, f, {}, std::make_shared<const std::string>(point)}, {.observer = &observer}),
                                  expected(x + f)),
              1e-14);
    ASSERT_TRUE(seen.contains(point));
    EXPECT_TRUE(seen.at(point).equal(x + f));
    EXPECT_EQ(seen.contains("stack.norm_input"), normalises);
    if (normalises) {
      EXPECT_TRUE(seen.at("stack.norm_input").equal(x + f));
    }
  }
}

// Dropout applies to the branch before the sum: x itself always passes.
TEST(Residual, DropsTheBranchInTrainingOnly) {
  Parameters parameters(1, at::kDouble);
  const Residual residual(Scope(parameters), config_of(NormPlacement::kPreLn, 0.5), Place{});
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
  const Residual first(Scope(parameters) / "first", config_of(NormPlacement::kPreLn, 0.5), Place{});
  const Residual second(Scope(parameters) / "second", config_of(NormPlacement::kPreLn, 0.5), Place{});
  const at::Tensor x = random_tensor({200, kWidth}, 1);
  const Context context{.training = true, .key = 9};
  const auto one = [](const at::Tensor& y) { return y * 0 + 1; };
  EXPECT_NEAR(
      (first(in(x), context, one).sum() == second(in(x), context, one).sum()).to(at::kDouble).mean().item<double>(),
      0.5, 0.1);
}

// The points of each sublayer, in order. They follow the output of the previous sublayer, whose sum it computes.
std::vector<std::string> points_of(NormPlacement placement) {
  switch (placement) {
    case NormPlacement::kPostLn:
    case NormPlacement::kDeepnorm:
    case NormPlacement::kAdmin: return {"branch", "norm_input", "output"};
    case NormPlacement::kPreLn:
    case NormPlacement::kPreLnNoFinal: return {"norm_input", "branch", "output"};
    case NormPlacement::kSandwichLn: return {"norm_input", "branch_norm_input", "branch", "output"};
    case NormPlacement::kNone: return {"branch", "output"};
  }
  return {};
}

TEST(Observer, SeesEveryPointAndChangesNothing) {
  for (const NormPlacement placement : all_values<NormPlacement>()) {
    SCOPED_TRACE(enum_name(placement));
    ModelConfig config = config_of(placement);
    config.encoder_layers = 2;
    config.num_heads = 2;
    config.d_ff = 8;
    Parameters parameters(1, at::kDouble);
    const LayerStack encoder(Scope(parameters) / "encoder", config, Stack::kEncoder);
    fill_at_random(parameters);
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
    std::vector<std::string> expected, scopes;
    for (const std::string layer : {"0", "1"})
      for (const std::string module : {"self_attention", "feed_forward"}) {
        scopes.push_back("encoder.layers." + layer + "." + module + ".");
        for (const std::string& point : points_of(placement)) expected.push_back(scopes.back() + point);
      }
    const bool has_end = traits_of(placement).final_norm;
    if (has_end) expected.push_back("encoder.norm_input");
    EXPECT_EQ(order, expected);
    for (const auto& [point, value] : seen) EXPECT_EQ(value.sizes(), x.sizes()) << point;

    const double alpha = depth_scales(config, {{Stack::kEncoder}}).stream;
    at::Tensor before = x;  // the input stream of the sublayer
    for (const std::string& scope : scopes) {
      const at::Tensor added = seen.at(scope + "branch"), after = seen.at(scope + "output");
      const bool normalises = seen.contains(scope + "norm_input");
      const at::Tensor shown = normalises ? seen.at(scope + "norm_input") : before;
      if (!normalises || points_of(placement).front() == "norm_input") {
        EXPECT_TRUE(shown.equal(before)) << scope;
        EXPECT_TRUE(after.equal(before + added)) << scope;
      } else {
        const bool learned = traits_of(placement).stream_scale == StreamScale::kLearned;
        const at::Tensor scaled = learned ? parameters.at(scope + "omega") * before : alpha * before;
        EXPECT_LT(relative_difference(shown, scaled + added), 1e-14) << scope;
        EXPECT_LT(relative_difference(after, norm_by_formula(shown, scope + "norm", parameters, config)), 1e-13);
      }
      before = after;
    }
    EXPECT_TRUE((has_end ? seen.at("encoder.norm_input") : y).equal(before));
  }
}

}  // namespace
}  // namespace prenorm::nn
