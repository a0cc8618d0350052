// A network, or an algorithm, that predicts the label of a query from the context: its graph, and how two are compared.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "prenorm/batched/evaluator.h"
#include "prenorm/papers/in_context/linear_attention.h"
#include "prenorm/papers/in_context/regression.h"

namespace prenorm::papers::in_context {

// What the graph of a predictor sums up.
enum class Objective : std::uint8_t {
  kHalfSquaredError,  // of the query, as in the code of von Oswald et al. 2022
  kPrediction         // itself, whose gradient with respect to the query is wanted
};

template <class T>
struct Predictor {
  batched::Evaluator<T> evaluator;
  batched::Matrix prediction, target;  // [1, 1]
  batched::Matrix query;               // its inputs [inputs, 1]

  std::int64_t parameter_count() const { return evaluator.graph().count(batched::Region::kParameters); }
};

// Makes `graph` a predictor by its objective.
template <class T>
Predictor<T> finished(batched::Graph graph, const RegressionInputs& inputs, const Regression& problem,
                      batched::Matrix prediction, Objective objective);

// The network's sizes of tokens come from the problem. The prediction is minus the last element of the query's token.
template <class T>
Predictor<T> attention_predictor(AttentionNetwork network, const Regression& problem,
                                 Objective objective = Objective::kHalfSquaredError);

// `count` numbers of N(0, deviation^2), a function of the seed.
template <class T>
std::vector<T> normal_parameters(std::int64_t count, double deviation, std::uint64_t seed);

// How far two predictions are apart (von Oswald et al. 2022, section 3), means over problems.
struct Alignment {
  double prediction_difference = 0;  // |y_a - y_b|
  double cosine = 0;                 // of the gradients of the predictions with respect to the query
  double gradient_difference = 0;    // L2 norm of their difference
};

// What a predictor says: for each problem its prediction, and the gradient of that with respect to the query,
// [problems] and [problems, inputs].
template <class T>
struct Predictions {
  std::vector<T> values, gradients;
};
// `predictor` must have the objective kPrediction.
template <class T>
Predictions<T> predictions_of(const Predictor<T>& predictor, std::span<const T> parameters,
                              const batched::Batch<T>& batch);

template <class T>
Alignment alignment(const Predictions<T>& a, const Predictions<T>& b);

}  // namespace prenorm::papers::in_context
