// Stacks without shortcuts, for every kind of attention: kernels against composites, gradients by differences, packing,
// and decoding step by step.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "enum_values.h"
#include "finite_differences.h"
#include "golden_file.h"
#include "prenorm/nn/decoder.h"
#include "prenorm/nn/layer_stack.h"
#include "prenorm/ops/kernels.h"
#include "random_tensor.h"

namespace prenorm::nn {
namespace {

using prenorm::testing::all_values;
using prenorm::testing::finite_differences;
using prenorm::testing::integer_tensor;
using prenorm::testing::offsets_of;
using prenorm::testing::random_tensor;
using prenorm::testing::relative_difference;
using Lengths = std::vector<std::int64_t>;

constexpr std::int64_t kModelWidth = 8;

ModelConfig skipless(AttentionShaping attention) {
  ModelConfig config;
  config.norm_placement = NormPlacement::kNone;
  config.attention_skip = config.feed_forward_skip = 0;
  config.attention = attention;
  config.attention_decay = 0.2;
  config.activation = Activation::kTatRelu;
  config.tat_eta = 0.3;
  config.init = WeightInit::kOrthogonal;
  config.encoder_layers = config.decoder_layers = 3;
  config.d_model = kModelWidth;
  config.d_ff = 12;
  config.num_heads = 2;
  config.dropout = 0;
  return config;
}

struct ShapedStack {
  ShapedStack(AttentionShaping attention, Stack stack, bool changed)
      : parameters(3, at::kDouble), layers(Scope(parameters) / enum_name(stack), skipless(attention), stack) {
    parameters.complete();
    const at::NoGradGuard no_grad;
    if (changed) parameters.values().add_(0.2 * random_tensor({parameters.count()}, 5));
  }
  Parameters parameters;
  LayerStack layers;
};

class Shaped : public ::testing::TestWithParam<std::tuple<AttentionShaping, Stack>> {
 protected:
  static AttentionShaping attention() { return std::get<0>(GetParam()); }
  static Stack stack() { return std::get<1>(GetParam()); }
  static Packing packing() { return Packing::from_offsets(offsets_of(Lengths{3, 0, 1, 5})); }
};
INSTANTIATE_TEST_SUITE_P(All, Shaped,
                         ::testing::Combine(::testing::ValuesIn(all_values<AttentionShaping>()),
                                            ::testing::ValuesIn(all_values<Stack>())),
                         [](const auto& one) {
                           return fmt::format("{}_{}", enum_name(std::get<0>(one.param)),
                                              enum_name(std::get<1>(one.param)));
                         });

TEST_P(Shaped, GradientsByDifferences) {
  ShapedStack s(attention(), stack(), true);
  const at::Tensor x = random_tensor({9, kModelWidth}, 1).requires_grad_(true),
                   weight = random_tensor({9, kModelWidth}, 2);
  const auto loss = [&] { return (s.layers(x, packing(), {}) * weight).sum(); };
  loss().backward();
  const auto value = [&] { return loss().item<double>(); };
  EXPECT_LT(relative_difference(x.grad(), finite_differences(x, value)), 1e-6);
  EXPECT_LT(relative_difference(s.parameters.gradients(), finite_differences(s.parameters.values(), value)), 1e-6);
}

TEST_P(Shaped, KernelsEqualComposites) {
  const auto run = [&](bool kernels) {
    const ops::KernelsGuard guard(kernels);
    ShapedStack s(attention(), stack(), true);
    const at::Tensor y = s.layers(random_tensor({9, kModelWidth}, 1), packing(), {});
    (y * random_tensor({9, kModelWidth}, 2)).sum().backward();
    return std::pair(y, s.parameters.gradients());
  };
  const auto fused = run(true), composite = run(false);
  EXPECT_LT(relative_difference(fused.first, composite.first), 1e-11);
  EXPECT_LT(relative_difference(fused.second, composite.second), 1e-11);
}

TEST_P(Shaped, PackedSequencesAreIndependent) {
  const ShapedStack s(attention(), stack(), true);
  const at::Tensor x = random_tensor({9, kModelWidth}, 1);
  const at::Tensor last = s.layers(x.narrow(0, 4, 5), Packing::from_offsets(offsets_of(Lengths{5})), {});
  EXPECT_LT(relative_difference(s.layers(x, packing(), {}).narrow(0, 4, 5), last), 1e-12);
}

// Sequences of two hypotheses that share their first tokens, whose rows are anywhere in the cache.
TEST_P(Shaped, StepsEqualTheWholeSequence) {
  if (stack() == Stack::kEncoder) return;
  const at::NoGradGuard no_grad;
  const ShapedStack s(attention(), stack(), true);
  const at::Tensor x = random_tensor({5, kModelWidth}, 1);
  const auto token = [&](std::int64_t i) { return x.narrow(0, i, 1); };
  std::vector<KeyValueCache> caches = s.layers.start();
  const auto picks = [](const Lengths& rows, const Lengths& counts) {
    return Picks{integer_tensor(rows), integer_tensor(offsets_of(counts))};
  };
  s.layers.step(token(0), caches, picks({0}, {1}));                                                  // a
  s.layers.step(x.narrow(0, 1, 2), caches, picks({0, 1, 0, 2}, {2, 2}));                             // a b, a c
  const at::Tensor y = s.layers.step(x.narrow(0, 3, 2), caches, picks({0, 2, 3, 0, 1, 4}, {3, 3}));  // a c d, a b e
  const Packing three = Packing::from_offsets(offsets_of(Lengths{3}));
  const at::Tensor acd = s.layers(at::cat({token(0), token(2), token(3)}), three, {});
  const at::Tensor abe = s.layers(at::cat({token(0), token(1), token(4)}), three, {});
  EXPECT_LT(relative_difference(y[0], acd[2]), 1e-12);
  EXPECT_LT(relative_difference(y[1], abe[2]), 1e-12);
  // A prompt whose tokens are all new: each has as many picks as tokens up to it.
  std::vector<KeyValueCache> prompt = s.layers.start();
  const at::Tensor read = s.layers.step(x.narrow(0, 0, 3), prompt, picks({0, 0, 1, 0, 1, 2}, {1, 2, 3}));
  EXPECT_LT(relative_difference(read, s.layers(x.narrow(0, 0, 3), three, {})), 1e-12);
}

// At the start, attention alone is D A V: value_skipinit hands on each token, e_spa and u_spa mix them by their
// matrices.
TEST_P(Shaped, AttentionStartsAsItsMatrix) {
  const ModelConfig config = skipless(attention());
  for (const std::int64_t index : {0, 2}) {
    Parameters parameters(4, at::kDouble);
    const Layer layer{stack(), index};
    const SelfAttention self(Scope(parameters) / "self", config, layer);
    parameters.complete();
    const at::NoGradGuard no_grad;
    const bool causal = stack() == Stack::kDecoder;
    const at::Tensor x = random_tensor({6, kModelWidth}, 1), qkv = parameters.at("self.qkv.weight");
    EXPECT_TRUE(qkv.narrow(0, 0, kModelWidth).eq(0).all().item<bool>());
    const at::Tensor values = x.mm(qkv.narrow(0, 2 * kModelWidth, kModelWidth).t());
    at::Tensor mixed = values;
    if (const auto shape = AttentionShape::of(config, layer, causal)) {
      const LogAttention a = log_attention(*shape, 6);
      const at::Tensor weights = causal ? a.scores.exp().tril() : a.scores.exp();
      mixed = a.row_sums.unsqueeze(1) * weights.mm(values);
    } else if (attention() == AttentionShaping::kPlain) {
      at::Tensor weights = at::ones({6, 6}, at::kDouble);
      if (causal) weights = weights.tril();
      mixed = (weights / weights.sum(1, true)).mm(values);
    }
    const at::Tensor expected = mixed.mm(parameters.at("self.out.weight").t());
    EXPECT_LT(relative_difference(self(x, Packing::from_offsets(offsets_of(Lengths{6})), {}), expected), 1e-13);
  }
}

// The decoder of a translator: shaped self-attention, plain cross-attention with its shortcut.
TEST(ShapedDecoder, StepsEqualTheWholeSequence) {
  const at::NoGradGuard no_grad;
  for (const AttentionShaping attention : all_values<AttentionShaping>()) {
    SCOPED_TRACE(enum_name(attention));
    Parameters parameters(3, at::kDouble);
    const Decoder decoder(Scope(parameters) / "decoder", skipless(attention));
    parameters.complete();
    parameters.values().add_(0.2 * random_tensor({parameters.count()}, 5));
    const Memory memory{random_tensor({4, kModelWidth}, 2), Packing::from_offsets(offsets_of(Lengths{4}))};
    const at::Tensor x = random_tensor({4, kModelWidth}, 1);
    const at::Tensor whole = decoder(x, Packing::from_offsets(offsets_of(Lengths{4})), memory, {});
    DecoderCache cache = decoder.start(memory);
    Lengths self, cross{0, 1, 2, 3};
    for (std::int64_t t = 0; t < 4; ++t) {
      self.push_back(t);
      const at::Tensor y =
          decoder.step(x.narrow(0, t, 1), cache, {integer_tensor(self), integer_tensor(Lengths{0, t + 1})},
                       {integer_tensor(cross), integer_tensor(Lengths{0, 4})});
      EXPECT_LT(relative_difference(y[0], whole[t]), 1e-12) << "step " << t;
    }
  }
}

}  // namespace
}  // namespace prenorm::nn
