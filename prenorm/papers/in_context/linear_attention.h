// Networks of linear self-attention over the tokens of a problem, as von Oswald et al. 2022 (section 2) and Ahn et al.
// 2023 (section 2) train them: e <- e + sum over heads of P W_V [sum_i e_i e_i^T] W_K^T W_Q e. The sum runs over the
// context; the queries read it and are not in it. No softmax, no scale, no bias.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/base/describe.h"
#include "prenorm/batched/graph.h"

namespace prenorm::papers::in_context {

// What becomes of the scores K^T Q of a head.
enum class Scores : std::uint8_t {
  kLinear,
  kSoftmax,  // over the context, after division by sqrt(token_size)
  kRelu      // divided by the number of context tokens
};

// Where tokens are normalized, each over its own numbers, without gain and bias.
enum class TokenNorm : std::uint8_t {
  kNone,
  kPreLn,   // e + f(LN(e))
  kPostLn,  // LN(e + f(e))
  kPreRms,  // e + f(RMSNorm(e))
  kPostRms  // RMSNorm(e + f(e))
};

struct AttentionNetwork {
  std::int64_t token_size = 11, context = 10, queries = 1;
  std::int64_t layers = 1, heads = 1;
  bool tied = false;  // all layers have the weights of the first
  Scores scores = Scores::kLinear;
  TokenNorm norm = TokenNorm::kNone;
  double clip = 0;  // elements of tokens into [-clip, clip] after each layer; 0 = never
};

// [token_size, token_size] each; a head adds P W_V [...] W_K^T W_Q e.
struct Head {
  batched::Matrix key, query, value, projection;
};
using Layer = std::vector<Head>;

// Declares the parameters of a network, layer by layer and head by head (tied: of one layer), in the order of Head.
std::vector<Layer> declare_layers(batched::Graph& graph, const AttentionNetwork& network);

// Tokens [token_size, context + queries], the context first, after all layers. Of the last layer only the queries are
// computed where `queries_only`: [token_size, queries].
batched::Matrix apply_layers(batched::Graph& graph, const AttentionNetwork& network, const std::vector<Layer>& layers,
                             batched::Matrix tokens, bool queries_only);

// One layer on `tokens`; `targets` are the columns that are computed.
batched::Matrix apply_layer(batched::Graph& graph, const AttentionNetwork& network, const Layer& layer,
                            batched::Matrix tokens, batched::Matrix targets);

}  // namespace prenorm::papers::in_context

template <>
struct prenorm::EnumNames<prenorm::papers::in_context::TokenNorm> {
  using Norm = prenorm::papers::in_context::TokenNorm;
  static constexpr std::array<std::pair<Norm, std::string_view>, 5> values{{{Norm::kNone, "none"},
                                                                            {Norm::kPreLn, "Pre-LN"},
                                                                            {Norm::kPostLn, "Post-LN"},
                                                                            {Norm::kPreRms, "Pre-RMSNorm"},
                                                                            {Norm::kPostRms, "Post-RMSNorm"}}};
};
