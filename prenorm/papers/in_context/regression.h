// Linear regression in context: a problem is N pairs (x_i, w^T x_i) with a w of its own, and a query x.
#pragma once

#include <cstdint>

#include "prenorm/batched/evaluator.h"

namespace prenorm::papers::in_context {

// What x is drawn from, independently for each element.
enum class InputLaw : std::uint8_t { kUniform, kNormal, kExponential, kLaplace };

struct Regression {
  std::int64_t inputs = 10, context = 10;
  InputLaw law = InputLaw::kUniform;
  double half_width = 0.5;  // uniform: x in [-half_width, half_width); else the scale of x after division by |X|_F
  double weight_scale = 1;  // w ~ N(0, weight_scale^2 I)
  bool unit_queries = false;  // the queries are e_1 ... e_d in place of one x: a linear prediction shows its weights

  std::int64_t queries() const { return unit_queries ? inputs : 1; }
  std::int64_t token_size() const { return inputs + 1; }
};

// The inputs of each problem: tokens [inputs + 1, context + queries] with columns (x_i, y_i), and (x, 0) of queries; then
// the targets w^T x [1, queries].
batched::Matrix declare_tokens(batched::Graph& graph, const Regression& problem);
batched::Matrix declare_targets(batched::Graph& graph, const Regression& problem);

// Problem p is a function of (key, p) alone.
template <class T>
batched::Batch<T> regression_batch(const Regression& problem, std::uint64_t key, std::int64_t problems);

}  // namespace prenorm::papers::in_context
