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

  std::int64_t token_size() const { return inputs + 1; }
  std::int64_t tokens() const { return context + 1; }
};

// The inputs of each problem: its tokens [inputs + 1, context + 1] with columns (x_i, y_i), then (x, 0) for the query;
// and the target w^T x [1, 1].
struct RegressionInputs {
  batched::Matrix tokens, target;
};
RegressionInputs declare_inputs(batched::Graph& graph, const Regression& problem, bool with_gradient = false);

// Problem p is a function of (key, p) alone.
template <class T>
batched::Batch<T> regression_batch(const Regression& problem, std::uint64_t key, std::int64_t problems);

}  // namespace prenorm::papers::in_context
