#include "prenorm/papers/in_context/linear_attention.h"

#include <cmath>

namespace prenorm::papers::in_context {
namespace {

using batched::Graph;
using batched::Matrix;

constexpr double kEpsilon = 1e-5;

bool is_pre(TokenNorm norm) { return norm == TokenNorm::kPreLn || norm == TokenNorm::kPreRms; }
bool is_post(TokenNorm norm) { return norm == TokenNorm::kPostLn || norm == TokenNorm::kPostRms; }

Matrix normalized(Graph& graph, TokenNorm norm, Matrix tokens) {
  const bool rms = norm == TokenNorm::kPreRms || norm == TokenNorm::kPostRms;
  return rms ? graph.rms_normalized_columns(tokens, kEpsilon) : graph.normalized_columns(tokens, kEpsilon);
}

// sum_i e_i e_i^T over the context; it serves all heads.
Matrix context_moment(Graph& graph, const AttentionNetwork& n, Matrix tokens) {
  const Matrix context = graph.part(tokens, 0, n.token_size, 0, n.context);
  return graph.product(context, graph.transposed(context));
}

// P W_V M W_K^T W_Q e, added to `sum`. What depends on parameters alone is computed once for many problems.
Matrix add_linear_head(Graph& graph, const Head& head, Matrix moment, Matrix targets, Matrix sum) {
  const Matrix key_query = graph.product(graph.transposed(head.key), head.query);
  const Matrix projected_value = graph.product(head.projection, head.value);
  const Matrix read = graph.product(moment, graph.product(key_query, targets));
  return graph.product_plus(projected_value, read, sum);
}

// With the weights of each context token made from its score.
Matrix add_scored_head(Graph& graph, const AttentionNetwork& n, const Head& head, Matrix tokens, Matrix targets,
                       Matrix sum) {
  const Matrix context = graph.part(tokens, 0, n.token_size, 0, n.context);
  const Matrix keys = graph.product(head.key, context), queries = graph.product(head.query, targets);
  const Matrix scores = graph.product(graph.transposed(keys), queries);
  const auto width = static_cast<double>(n.token_size), count = static_cast<double>(n.context);
  const Matrix weights = n.scores == Scores::kSoftmax
                             ? graph.softmax_of_columns(graph.scaled(scores, 1 / std::sqrt(width)))
                             : graph.scaled(graph.relu(scores), 1 / count);
  const Matrix values = graph.product(graph.product(head.projection, head.value), context);
  return graph.product_plus(values, weights, sum);
}

}  // namespace

std::vector<Layer> declare_layers(Graph& graph, const AttentionNetwork& n) {
  std::vector<Layer> layers(static_cast<std::size_t>(n.tied ? 1 : n.layers));
  for (Layer& layer : layers)
    for (std::int64_t h = 0; h < n.heads; ++h) {
      Head head;
      for (Matrix* matrix : {&head.key, &head.query, &head.value, &head.projection})
        *matrix = graph.parameter(n.token_size, n.token_size);
      layer.push_back(head);
    }
  layers.resize(static_cast<std::size_t>(n.layers), layers.front());
  return layers;
}

Matrix apply_layer(Graph& graph, const AttentionNetwork& n, const Layer& layer, Matrix tokens, Matrix targets) {
  const Matrix read = is_pre(n.norm) ? normalized(graph, n.norm, tokens) : tokens;
  const Matrix asking = is_pre(n.norm) ? normalized(graph, n.norm, targets) : targets;
  const Matrix moment = n.scores == Scores::kLinear ? context_moment(graph, n, read) : Matrix{};
  Matrix sum = targets;
  for (const Head& head : layer)
    sum = n.scores == Scores::kLinear ? add_linear_head(graph, head, moment, asking, sum)
                                      : add_scored_head(graph, n, head, read, asking, sum);
  if (is_post(n.norm)) sum = normalized(graph, n.norm, sum);
  return n.clip > 0 ? graph.clipped(sum, n.clip) : sum;
}

Matrix apply_layers(Graph& graph, const AttentionNetwork& n, const std::vector<Layer>& layers, Matrix tokens,
                    bool queries_only) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const bool last = l + 1 == layers.size();
    const Matrix targets = last && queries_only ? graph.part(tokens, 0, n.token_size, n.context, n.queries) : tokens;
    tokens = apply_layer(graph, n, layers[l], tokens, targets);
  }
  return tokens;
}

}  // namespace prenorm::papers::in_context
