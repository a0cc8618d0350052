// A graph with every operation, and the same computation in ATen.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "prenorm/batched/evaluator.h"
#include "prenorm/batched/graph.h"

namespace prenorm::batched::test {

struct MadeGraph {
  Graph graph;
  Matrix tokens, target, output;
};

inline constexpr std::int64_t kSize = 5, kTokens = 7;

inline MadeGraph made_graph() {
  MadeGraph m;
  Graph& g = m.graph;
  const Matrix w = g.parameter(kSize, kSize), u = g.parameter(3, kSize), scale = g.parameter(1, 1);
  m.tokens = g.input(kSize, kTokens, /*with_gradient=*/true);
  m.target = g.input(3, 2);
  const Matrix context = g.part(m.tokens, 0, kSize, 0, kTokens - 2), queries = g.part(m.tokens, 0, kSize, 5, 2);
  const Matrix square = g.product(g.transposed(w), w);  // shared
  const Matrix scores = g.product(g.transposed(g.product(square, context)), queries);
  const Matrix read = g.product(context, g.softmax_of_columns(g.scaled(scores, 0.5)));
  const Matrix mixed = g.product_plus(g.product(context, g.transposed(context)), read, queries);
  const Matrix normal = g.sum(g.normalized_columns(mixed, 1e-5), g.rms_normalized_columns(read, 1e-5), 1, -0.25);
  const Matrix cut = g.clipped(g.scaled_by(normal, scale), 0.9);
  m.output = g.product(u, g.sum(cut, g.relu(g.product(g.identity(kSize), read))));
  g.add_squared_error(m.output, m.target, 0.5);
  return m;
}

// tokens: [kSize, kTokens]; target: [3, 2]; parameters as the graph declares them. The loss of one problem.
inline at::Tensor reference_loss(const std::vector<at::Tensor>& parameters, const at::Tensor& tokens,
                                 const at::Tensor& target) {
  const at::Tensor &w = parameters[0], &u = parameters[1], &scale = parameters[2];
  const at::Tensor context = tokens.narrow(1, 0, kTokens - 2), queries = tokens.narrow(1, 5, 2);
  const at::Tensor scores = w.t().mm(w).mm(context).t().mm(queries);
  const at::Tensor read = context.mm((scores * 0.5).softmax(0));
  const at::Tensor mixed = context.mm(context.t()).mm(read) + queries;
  const at::Tensor centred = mixed - mixed.mean(0, true);
  const at::Tensor normal = centred / (centred.square().mean(0, true) + 1e-5).sqrt() -
                            0.25 * read / (read.square().mean(0, true) + 1e-5).sqrt();
  const at::Tensor cut = (normal * scale).clamp(-0.9, 0.9);
  return 0.5 * (u.mm(cut + read.relu()) - target).square().sum();
}

}  // namespace prenorm::batched::test
