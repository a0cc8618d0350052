// A network of linear attention layers as a recursion of d x d matrices, with the expectation over w* and the query
// taken exactly. With G = 1/n sum x_i x_i^T over the examples of a prompt, T_0 = R_0 = I and
//
//   R <- R + R G T^T A_l T,   T <- T + B_l T G T^T A_l T
//
// the network with P_l = diag(B_l, 1), Q_l = diag(A_l, 0) leaves the residual w*^T R_L x: [Z_L] of the query plus its
// label. The loss is E tr(W R Sigma R^T), W = E w* w*^T. (Ahn et al. 2023 state the cases (8), B = 0, and (11).)
//
// Everything is computed in whitened coordinates, S^-1 R S with Sigma = S S^T, where G is 1/n sum z z^T of z ~ N(0, I),
// A is S^T A S and B is S^-1 B S.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "prenorm/batched/evaluator.h"
#include "prenorm/papers/icl_preconditioned_gd/covariance.h"
#include "prenorm/papers/icl_preconditioned_gd/theory.h"

namespace prenorm::papers::icl_preconditioned_gd {

// What of the layers is a parameter. Parameters are numbered layer after layer, A_l before B_l; the last layer has no
// B, which would not change the prediction.
enum class Form : std::uint8_t {
  kGd,             // A_l = -eta I, one eta for all layers
  kPgd,            // A_l = -eta Sigma^-1, one eta for all layers
  kScalarsA,       // A_l = -a_l Sigma^-1, B_l = 0: the critical set of Theorem 3
  kScalarsAAndB,   // A_l = -a_l Sigma^-1, B_l = b_l I: the critical set of Theorem 4
  kMatricesA,      // all of A_l; B_l = 0: (8)
  kMatricesAAndB,  // all of A_l and B_l: (11)
};
std::string_view form_name(Form form);

struct RecursionOptions {
  Form form = Form::kMatricesA;
  std::int64_t layers = 3, n = 20;
  Weights weights = Weights::kInverseCovariance;
};

struct WhitenedLayer {
  batched::Matrix a, b;  // b.node < 0: B = 0
};

// S^-1 R_L S. moment: 1/n sum z z^T.
batched::Matrix residual_matrix(batched::Graph& graph, batched::Matrix moment, std::span<const WhitenedLayer> layers);

// 1/n z z^T for z [d, n].
batched::Matrix moment_of(batched::Graph& graph, batched::Matrix z);

// The loss as a graph; its input is z [d, n], standard normal.
batched::Graph recursion_graph(const RecursionOptions& options, const Covariance& covariance);

// `count` standard normal numbers for each problem, a function of (key, problem, number).
template <class T>
batched::Batch<T> normal_batch(std::int64_t count, std::uint64_t key, std::int64_t problems);

}  // namespace prenorm::papers::icl_preconditioned_gd
