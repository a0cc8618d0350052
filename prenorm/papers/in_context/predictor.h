// A network, or an algorithm, that predicts the label of a query from the context: its graph, and how two are compared.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "prenorm/batched/evaluator.h"
#include "prenorm/papers/in_context/linear_attention.h"
#include "prenorm/papers/in_context/regression.h"

namespace prenorm::papers::in_context {

// The loss of a problem is half the squared error of its queries, as in the code of von Oswald et al. 2022.
template <class T>
struct Predictor {
  batched::Evaluator<T> evaluator;
  batched::Matrix prediction, targets;  // [1, queries]

  std::int64_t parameter_count() const { return evaluator.graph().count(batched::Region::kParameters); }
};

// The network's sizes of tokens come from the problem. The prediction is minus the last element of the query's token.
template <class T>
Predictor<T> attention_predictor(AttentionNetwork network, const Regression& problem);

// `count` numbers of N(0, deviation^2), a function of the seed.
template <class T>
std::vector<T> normal_parameters(std::int64_t count, double deviation, std::uint64_t seed);

// How far two predictions are apart (von Oswald et al. 2022, section 3), means over problems.
struct Alignment {
  double prediction_difference = 0;  // |y_a - y_b|
  double cosine = 0;                 // of the gradients of the predictions with respect to the query
  double gradient_difference = 0;    // L2 norm of their difference
};

// Both as predictions of unit queries, whose elements are the gradient for predictions that are linear in the query, and
// of queries drawn as in training: [problems, inputs] and [problems].
template <class T>
struct Predictions {
  std::vector<T> gradients, values;
};
template <class T>
Alignment alignment(const Predictions<T>& a, const Predictions<T>& b, std::int64_t inputs);

}  // namespace prenorm::papers::in_context
