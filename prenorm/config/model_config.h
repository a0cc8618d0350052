// [model]: the Transformer of Vaswani et al. 2017 with a choice of normalisation and its placement.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "prenorm/base/describe.h"

namespace prenorm {

// Formulas and sources: docs/model.md.
enum class NormPlacement : std::uint8_t { kPostLn, kPreLn, kSandwichLn, kDeepnorm, kAdmin, kPreLnNoFinal, kNone };
enum class NormKind : std::uint8_t { kLayerNorm, kRmsNorm };
// How attention starts: docs/model.md.
enum class AttentionShaping : std::uint8_t { kPlain, kValueSkipinit, kUSpa, kESpa };
enum class Activation : std::uint8_t { kRelu, kGelu, kGeluTanh, kTatRelu };
enum class Positions : std::uint8_t { kSinusoidal, kLearned };
enum class TiedEmbeddings : std::uint8_t { kAll, kTarget, kNone };
enum class WeightInit : std::uint8_t { kXavierUniform, kXavierNormal, kNormal, kOrthogonal };

template <>
struct EnumNames<NormPlacement> {
  static constexpr std::array<std::pair<NormPlacement, std::string_view>, 7> values{
      {{NormPlacement::kPostLn, "post_ln"},
       {NormPlacement::kPreLn, "pre_ln"},
       {NormPlacement::kSandwichLn, "sandwich_ln"},
       {NormPlacement::kDeepnorm, "deepnorm"},
       {NormPlacement::kAdmin, "admin"},
       {NormPlacement::kPreLnNoFinal, "pre_ln_no_final"},
       {NormPlacement::kNone, "none"}}};
};
template <>
struct EnumNames<NormKind> {
  static constexpr std::array<std::pair<NormKind, std::string_view>, 2> values{
      {{NormKind::kLayerNorm, "layer_norm"}, {NormKind::kRmsNorm, "rms_norm"}}};
};
template <>
struct EnumNames<AttentionShaping> {
  static constexpr std::array<std::pair<AttentionShaping, std::string_view>, 4> values{
      {{AttentionShaping::kPlain, "plain"},
       {AttentionShaping::kValueSkipinit, "value_skipinit"},
       {AttentionShaping::kUSpa, "u_spa"},
       {AttentionShaping::kESpa, "e_spa"}}};
};
template <>
struct EnumNames<Activation> {
  static constexpr std::array<std::pair<Activation, std::string_view>, 4> values{{{Activation::kRelu, "relu"},
                                                                                  {Activation::kGelu, "gelu"},
                                                                                  {Activation::kGeluTanh, "gelu_tanh"},
                                                                                  {Activation::kTatRelu, "tat_relu"}}};
};
template <>
struct EnumNames<Positions> {
  static constexpr std::array<std::pair<Positions, std::string_view>, 2> values{
      {{Positions::kSinusoidal, "sinusoidal"}, {Positions::kLearned, "learned"}}};
};
template <>
struct EnumNames<TiedEmbeddings> {
  static constexpr std::array<std::pair<TiedEmbeddings, std::string_view>, 3> values{
      {{TiedEmbeddings::kAll, "all"}, {TiedEmbeddings::kTarget, "target"}, {TiedEmbeddings::kNone, "none"}}};
};
template <>
struct EnumNames<WeightInit> {
  static constexpr std::array<std::pair<WeightInit, std::string_view>, 4> values{
      {{WeightInit::kXavierUniform, "xavier_uniform"},
       {WeightInit::kXavierNormal, "xavier_normal"},
       {WeightInit::kNormal, "normal"},
       {WeightInit::kOrthogonal, "orthogonal"}}};
};

struct ModelConfig {
  NormPlacement norm_placement = NormPlacement::kPreLn;
  NormKind norm = NormKind::kLayerNorm;
  bool norm_affine = true;
  double attention_skip = 1.0;
  double attention_gain = 1.0;
  double feed_forward_skip = 1.0;
  double feed_forward_gain = 1.0;
  std::int64_t encoder_layers = 3;
  std::int64_t decoder_layers = 3;
  std::int64_t d_model = 256;
  std::int64_t d_ff = 1024;
  std::int64_t num_heads = 4;
  AttentionShaping attention = AttentionShaping::kPlain;
  double attention_decay = 0.005;
  double attention_correlation = 0.8;
  Activation activation = Activation::kRelu;
  double tat_eta = 0.9;
  Positions positions = Positions::kSinusoidal;
  std::int64_t max_positions = 1024;
  std::int64_t segments = 0;
  bool scale_embeddings = true;
  bool embedding_norm = false;
  TiedEmbeddings tied_embeddings = TiedEmbeddings::kAll;
  double dropout = 0.1;
  double attention_dropout = 0.0;
  double activation_dropout = 0.0;
  double norm_eps = 1e-5;
  WeightInit init = WeightInit::kXavierUniform;
  double init_std = 0.02;
  bool init_depth_scaled = false;
  double init_qkv_gain = 1.0;
  bool init_query_key_zero = false;
};

template <class V>
void describe(V& v, ModelConfig& c) {
  v.field(
      "norm_placement", c.norm_placement,
      "where LN is applied: post_ln = LN(x + f(x)); pre_ln = x + f(LN(x)), a final LN on each stack; others: model.md");
  v.field("norm", c.norm, "kind of LN: layer_norm (Ba et al. 2016) or rms_norm (Zhang & Sennrich 2019)");
  v.field("norm_affine", c.norm_affine, "whether LN has learned weights (and, in layer_norm, biases)");
  v.field("attention_skip", c.attention_skip, Range{0, 100},
          "factor of x in the shortcut around self-attention; 0 = no shortcut. Constant, for every norm_placement");
  v.field("attention_gain", c.attention_gain, Range{0, 100}, "factor of self-attention's branch in the same sum");
  v.field("feed_forward_skip", c.feed_forward_skip, Range{0, 100},
          "factor of x in the shortcut around the feed-forward network; 0 = no shortcut");
  v.field("feed_forward_gain", c.feed_forward_gain, Range{0, 100},
          "factor of the feed-forward network's branch in the same sum");
  v.field("encoder_layers", c.encoder_layers, Range{0, 1000},
          "encoder layers (masked_lm and classification have only these)");
  v.field("decoder_layers", c.decoder_layers, Range{1, 1000}, "decoder layers (causal_lm has only these)");
  v.field("d_model", c.d_model, Range{2, 65536}, "width of the residual stream; a multiple of num_heads, even");
  v.field("d_ff", c.d_ff, Range{1, 1048576}, "hidden width of the feed-forward networks");
  v.field("num_heads", c.num_heads, Range{1, 1024}, "attention heads");
  v.field("attention", c.attention,
          "how self-attention starts: plain; without shortcuts (He et al. 2023) value_skipinit, u_spa or e_spa");
  v.field("attention_decay", c.attention_decay, Range{1e-6, 20},
          "e_spa: tokens at distance k have correlation exp(-k * attention_decay) after the last layer");
  v.field("attention_correlation", c.attention_correlation, Range{0.001, 0.999},
          "u_spa: correlation of all pairs of tokens after the last layer");
  v.field("activation", c.activation,
          "activation of the feed-forward networks: relu, gelu (exact), gelu_tanh (GPT-2), tat_relu (leaky, for the "
          "depth)");
  v.field("tat_eta", c.tat_eta, Range{0, 0.999},
          "tat_relu: correlation that orthogonal inputs have after all feed-forward networks of a stack");
  v.field("positions", c.positions, "position encoding added to the embeddings");
  v.field("max_positions", c.max_positions, Range{1, 1048576}, "longest sequence that learned positions cover");
  v.field("segments", c.segments, Range{0, 16},
          "number of learned segment embeddings, which distinguish the texts of a pair (masked_lm, classification); 0 "
          "= none");
  v.field("scale_embeddings", c.scale_embeddings,
          "whether token embeddings are multiplied by the square root of d_model");
  v.field("embedding_norm", c.embedding_norm, "LN on the sum of the embeddings (BERT)");
  v.field("tied_embeddings", c.tied_embeddings,
          "which tables share weights: all = source, target and output; target = target and output; none");
  v.field("dropout", c.dropout, Range{0, 0.99}, "dropout on embeddings and on each branch before its residual add");
  v.field("attention_dropout", c.attention_dropout, Range{0, 0.99}, "dropout on attention probabilities");
  v.field("activation_dropout", c.activation_dropout, Range{0, 0.99}, "dropout after the feed-forward activation");
  v.field("norm_eps", c.norm_eps, Range{0, 1}, "added to the variance (the mean square in rms_norm) inside LN");
  v.field("init", c.init,
          "initial weights: xavier_* (Glorot & Bengio 2010) or orthogonal, embeddings N(0, 1/d_model); normal: N(0, "
          "init_std^2)");
  v.field("init_std", c.init_std, Range{0, 10}, "standard deviation for init = \"normal\"");
  v.field("init_depth_scaled", c.init_depth_scaled,
          "divide the initial weights of residual outputs by the square root of the number of branches, as GPT-2");
  v.field("init_qkv_gain", c.init_qkv_gain, Range{0, 100}, "gain on query, key and value matrices (fairseq: 0.7071)");
  v.field("init_query_key_zero", c.init_query_key_zero,
          "start query and key matrices at zero, so that attention averages (Xiong et al. 2020, section 3.3)");
}

}  // namespace prenorm
