#include "prenorm/papers/icl_preconditioned_gd/attention.h"

#include <cmath>

#include "prenorm/papers/icl_preconditioned_gd/recursion.h"
#include "prenorm/papers/in_context/linear_attention.h"

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

using batched::Graph;
using batched::Matrix;

Matrix square_of(Graph& graph, const Square& a) { return graph.constant(a.size, a.size, a.values); }

// [rows, columns] with 1 at (i, i) for i < ones.
Matrix ones_on_diagonal(Graph& graph, std::int64_t rows, std::int64_t columns, std::int64_t ones) {
  std::vector<double> values(static_cast<std::size_t>(rows * columns));
  for (std::int64_t i = 0; i < ones; ++i) values[static_cast<std::size_t>(i * columns + i)] = 1;
  return graph.constant(rows, columns, values);
}

// The last unit vector, [size, 1].
Matrix last_unit(Graph& graph, std::int64_t size) {
  std::vector<double> values(static_cast<std::size_t>(size));
  values.back() = 1;
  return graph.constant(size, 1, values);
}

// w* from standard normal numbers.
Matrix scaled_weights(Graph& graph, Matrix normal, Weights weights, const Covariance& c) {
  if (weights == Weights::kIdentity) return normal;
  return graph.product(graph.transposed(square_of(graph, c.inverse_factor())), normal);
}

// (x, y) over each other; the y of columns from `labelled` on is 0.
Matrix tokens_of(Graph& graph, Matrix x, Matrix w, std::int64_t labelled) {
  const std::int64_t d = graph.layout(x).rows, columns = graph.layout(x).columns;
  const Matrix y =
      graph.product(graph.product(graph.transposed(w), x), ones_on_diagonal(graph, columns, columns, labelled));
  return graph.product_plus(last_unit(graph, d + 1), y, graph.product(ones_on_diagonal(graph, d + 1, d, d), x));
}

// diag(a, corner) [d + 1, d + 1]; a.node < 0: 0
Matrix extended(Graph& graph, std::int64_t d, Matrix a, double corner) {
  const Matrix last = last_unit(graph, d + 1), lift = ones_on_diagonal(graph, d + 1, d, d);
  const Matrix rest = graph.scaled(graph.product(last, graph.transposed(last)), corner);
  return a.node < 0 ? rest : graph.product_plus(graph.product(lift, a), graph.transposed(lift), rest);
}

}  // namespace

ForwardPass forward_pass(std::int64_t layers, std::int64_t n, const Covariance& c) {
  const std::int64_t d = c.size();
  ForwardPass f;
  Graph& g = f.graph;
  const Matrix z = g.input(d, n), z_query = g.input(d, 1);
  f.weights = scaled_weights(g, g.input(d, 1), Weights::kInverseCovariance, c);
  const Matrix s = square_of(g, c.factor()), inverse = square_of(g, c.inverse_factor());
  f.examples = g.product(s, z);
  f.query = g.product(s, z_query);
  // All columns: the examples and the query.
  const Matrix x = g.product_plus(f.query, g.transposed(last_unit(g, n + 1)),
                                  g.product(f.examples, ones_on_diagonal(g, n, n + 1, n)));
  std::vector<in_context::Layer> network;
  std::vector<WhitenedLayer> whitened;
  for (std::int64_t l = 0; l < layers; ++l) {
    const Matrix a = g.parameter(d, d), b = l + 1 < layers ? g.parameter(d, d) : Matrix{};
    network.push_back({{g.identity(d + 1), extended(g, d, a, 0), extended(g, d, b, 1),
                        g.scaled(g.identity(d + 1), 1 / static_cast<double>(n))}});
    whitened.push_back(
        {g.product(g.transposed(s), g.product(a, s)), b.node < 0 ? b : g.product(inverse, g.product(b, s))});
  }
  const in_context::AttentionNetwork sizes{.token_size = d + 1, .context = n, .layers = layers};
  const Matrix out = in_context::apply_layers(g, sizes, network, tokens_of(g, x, f.weights, n), /*queries_only=*/true);
  f.residual = g.product_plus(g.transposed(f.weights), f.query, g.part(out, d, 1, 0, 1));
  const Matrix r = g.product(s, g.product(residual_matrix(g, moment_of(g, z), whitened), inverse));
  f.by_recursion = g.product(g.transposed(f.weights), g.product(r, f.query));
  return f;
}

Graph free_layer_graph(std::int64_t n, Weights weights, const Covariance& c) {
  const std::int64_t d = c.size();
  Graph g;
  const Matrix p = g.parameter(1, d + 1), q = g.parameter(d + 1, d);
  const Matrix s = square_of(g, c.factor()), z = g.input(d, n);
  const Matrix w = scaled_weights(g, g.input(d, 1), weights, c);
  const Matrix tokens = tokens_of(g, g.product(s, z), w, n);
  const Matrix read = g.product(tokens, g.product(g.transposed(tokens), g.transposed(p)));
  // The prediction is -1/n read^T q x of the query x.
  const Matrix residual = g.sum(w, g.product(g.transposed(q), read), 1, 1 / static_cast<double>(n));
  g.add_squared_error(g.product(g.transposed(s), residual),
                      g.constant(d, 1, std::vector<double>(static_cast<std::size_t>(d))), 1);
  return g;
}

FreeLayer free_layer(std::span<const double> parameters, std::int64_t d) {
  const std::span<const double> p = parameters.first(static_cast<std::size_t>(d + 1));
  const std::span<const double> q = parameters.subspan(p.size());
  FreeLayer layer{-p.back() * Square(d, q), 0};
  for (std::int64_t i = 0; i < d; ++i) {
    const double beside = p[static_cast<std::size_t>(i)] / p.back();
    const double below = q[static_cast<std::size_t>(d * d + i)] * p.back() / frobenius_norm(layer.a);
    layer.zero_entries = larger(larger(layer.zero_entries, std::abs(beside)), std::abs(below));
  }
  return layer;
}

Graph relu_layer_graph(std::int64_t d, std::int64_t n) {
  Graph g;
  const Matrix q = g.parameter(d, d), x = g.input(d, n), queries = g.input(d, kReluQueries);
  const Matrix scores = g.relu(g.product(g.transposed(x), g.product(q, queries)));
  // The prediction is -1/n w*^T x scores, the label w*^T x.
  const Matrix residual = g.sum(queries, g.product(x, scores), 1, 1 / static_cast<double>(n));
  const std::vector<double> zeros(static_cast<std::size_t>(d * kReluQueries));
  g.add_squared_error(residual, g.constant(d, kReluQueries, zeros), 1 / static_cast<double>(kReluQueries));
  return g;
}

}  // namespace prenorm::papers::icl_preconditioned_gd
