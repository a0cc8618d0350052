// Networks of linear attention on prompts, token by token, as the paper states them (section 2): what recursion.h sums
// up.
//
// A prompt has tokens (x_i, y_i), i = 1 ... n, and (x, 0) of the query. A layer is Z <- Z + 1/n P Z M Z^T Q Z, where M
// leaves out the query. The inputs of all graphs are standard normal numbers: first z [d, n], then what each says.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "prenorm/batched/graph.h"
#include "prenorm/papers/icl_preconditioned_gd/covariance.h"
#include "prenorm/papers/icl_preconditioned_gd/theory.h"

namespace prenorm::papers::icl_preconditioned_gd {

// All layers P_l = diag(B_l, 1), Q_l = diag(A_l, 0), in full. Parameters: A_0, B_0, A_1, ..., A_{L-1}, as of
// Form::kMatricesAAndB. Further inputs: z of the query [d, 1], then w* before it is scaled to N(0, Sigma^-1) [d, 1].
struct ForwardPass {
  batched::Graph graph;
  batched::Matrix examples, query, weights;  // x [d, n], x [d, 1], w* [d, 1]
  batched::Matrix residual;                  // of the network: [Z_L] of the query plus its label
  batched::Matrix by_recursion;              // w*^T R_L x
};
ForwardPass forward_pass(std::int64_t layers, std::int64_t n, const Covariance& covariance);

// One layer whose prediction may depend on all of P and Q: the last row of P [1, d + 1] and the first d columns of Q
// [d + 1, d] are the parameters. Further input: w* before scaling [d, 1]. The expectation over the query is exact.
batched::Graph free_layer_graph(std::int64_t n, Weights weights, const Covariance& covariance);

// The same network with the corner of P made 1.
struct FreeLayer {
  Square a;  // -Q
  double zero_entries =
      0;  // largest entry of P's last row beside the corner, and of Q's last row, relative to A's norm
};
FreeLayer free_layer(std::span<const double> parameters, std::int64_t d);

// One layer with ReLU of each score (Theorem 5), Sigma = I, P = diag(0, 1), Q = diag(Q', 0) with parameter Q' [d, d].
// Further inputs: queries [d, kReluQueries]. The expectation over w* is exact.
inline constexpr std::int64_t kReluQueries = 8;
batched::Graph relu_layer_graph(std::int64_t d, std::int64_t n);

}  // namespace prenorm::papers::icl_preconditioned_gd
