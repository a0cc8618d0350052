#include "prenorm/papers/icl_preconditioned_gd/recursion.h"

#include <array>

#include "prenorm/batched/random_lanes.h"

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

using batched::Graph;
using batched::Matrix;

bool has_b(Form form) { return form == Form::kScalarsAAndB || form == Form::kMatricesAAndB; }
bool has_matrices(Form form) { return form == Form::kMatricesA || form == Form::kMatricesAAndB; }
bool is_tied(Form form) { return form == Form::kGd || form == Form::kPgd; }

Matrix constant_square(Graph& graph, const Square& a) { return graph.constant(a.size, a.size, a.values); }

// Declares the parameters of a layer and returns what it does in whitened coordinates.
WhitenedLayer declare_layer(Graph& graph, Form form, bool is_last, const Covariance& c) {
  const std::int64_t d = c.size();
  WhitenedLayer layer;
  if (has_matrices(form)) {
    const Matrix s = constant_square(graph, c.factor()), inverse = constant_square(graph, c.inverse_factor());
    layer.a = graph.product(graph.transposed(s), graph.product(graph.parameter(d, d), s));
    if (has_b(form) && !is_last) layer.b = graph.product(inverse, graph.product(graph.parameter(d, d), s));
    return layer;
  }
  const Square step = form == Form::kGd ? diagonal(c.eigenvalues()) : identity_covariance(d).rotation;
  layer.a = graph.scaled_by(constant_square(graph, -1.0 * step), graph.parameter(1, 1));
  if (has_b(form) && !is_last) layer.b = graph.scaled_by(graph.identity(d), graph.parameter(1, 1));
  return layer;
}

}  // namespace

std::string_view form_name(Form form) {
  constexpr std::array<std::string_view, 6> kNames{"gradient descent", "preconditioned gradient descent",
                                                   "scalars a",        "scalars a and b",
                                                   "matrices A",       "matrices A and B"};
  return kNames.at(static_cast<std::size_t>(form));
}

Matrix residual_matrix(Graph& graph, Matrix moment, std::span<const WhitenedLayer> layers) {
  const Matrix identity = graph.identity(graph.layout(moment).rows);
  Matrix r, t;  // no node: the identity
  for (const WhitenedLayer& layer : layers) {
    const Matrix read = t.node < 0 ? layer.a : graph.product(graph.transposed(t), graph.product(layer.a, t));
    const Matrix step = graph.product(moment, read);
    r = r.node < 0 ? graph.sum(step, identity) : graph.product_plus(r, step, r);
    if (layer.b.node < 0) continue;
    t = t.node < 0 ? graph.product_plus(layer.b, step, identity)
                   : graph.product_plus(graph.product(layer.b, t), step, t);
  }
  return r;
}

Matrix moment_of(Graph& graph, Matrix z) {
  return graph.scaled(graph.product(z, graph.transposed(z)), 1 / static_cast<double>(graph.layout(z).columns));
}

Graph recursion_graph(const RecursionOptions& o, const Covariance& covariance) {
  Graph graph;
  const std::int64_t d = covariance.size();
  const Matrix moment = moment_of(graph, graph.input(d, o.n));
  std::vector<WhitenedLayer> layers;
  for (std::int64_t l = 0; l < o.layers; ++l)
    layers.push_back(is_tied(o.form) && l > 0 ? layers.front()
                                              : declare_layer(graph, o.form, l + 1 == o.layers, covariance));
  Matrix residual = residual_matrix(graph, moment, layers);
  if (o.weights == Weights::kIdentity) residual = graph.product(constant_square(graph, covariance.factor()), residual);
  graph.add_squared_error(residual, constant_square(graph, Square(d)), 1);
  return graph;
}

template <class T>
batched::Batch<T> normal_batch(std::int64_t count, std::uint64_t key, std::int64_t problems) {
  return {problems, [count, key](const batched::ProblemBlock<T>& block) {
            batched::RandomLanes<T>(key, block).normal(block.values, count);
          }};
}

template batched::Batch<float> normal_batch(std::int64_t, std::uint64_t, std::int64_t);
template batched::Batch<double> normal_batch(std::int64_t, std::uint64_t, std::int64_t);

}  // namespace prenorm::papers::icl_preconditioned_gd
