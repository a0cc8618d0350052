#include "prenorm/papers/in_context/predictor.h"

#include <cmath>

#include "prenorm/base/random.h"
#include "prenorm/batched/random_lanes.h"

namespace prenorm::papers::in_context {

template <class T>
Predictor<T> finished(batched::Graph graph, const RegressionInputs& inputs, const Regression& problem,
                      batched::Matrix prediction, Objective objective) {
  const batched::Matrix query = graph.part(inputs.tokens, 0, problem.inputs, problem.context, 1);
  if (objective == Objective::kHalfSquaredError)
    graph.add_squared_error(prediction, inputs.target, 0.5);
  else
    graph.add_sum(prediction);
  return {batched::Evaluator<T>(std::move(graph)), prediction, inputs.target, query};
}

template <class T>
Predictor<T> attention_predictor(AttentionNetwork network, const Regression& problem, Objective objective) {
  network.token_size = problem.token_size();
  network.context = problem.context;
  network.queries = 1;
  batched::Graph graph;
  const RegressionInputs inputs = declare_inputs(graph, problem, objective == Objective::kPrediction);
  const std::vector<Layer> layers = declare_layers(graph, network);
  const batched::Matrix query = apply_layers(graph, network, layers, inputs.tokens, /*queries_only=*/true);
  const batched::Matrix prediction = graph.scaled(graph.part(query, network.token_size - 1, 1, 0, 1), -1);
  return finished<T>(std::move(graph), inputs, problem, prediction, objective);
}

template <class T>
std::vector<T> normal_parameters(std::int64_t count, double deviation, std::uint64_t seed) {
  std::vector<T> values(static_cast<std::size_t>(count));
  batched::RandomLanes<T> random(mix_key({seed, name_key("parameters")}), {0, 1, 1, values.data()});
  random.normal(values.data(), count);
  for (T& value : values) value *= static_cast<T>(deviation);
  return values;
}

template <class T>
Predictions<T> predictions_of(const Predictor<T>& predictor, std::span<const T> parameters,
                              const batched::Batch<T>& batch) {
  return {predictor.evaluator.values(parameters, batch, predictor.prediction),
          predictor.evaluator.input_gradients(parameters, batch, predictor.query)};
}

template <class T>
Alignment alignment(const Predictions<T>& a, const Predictions<T>& b) {
  Alignment sum;
  const auto problems = static_cast<std::int64_t>(a.values.size());
  const std::int64_t inputs = static_cast<std::int64_t>(a.gradients.size()) / problems;
  for (std::int64_t p = 0; p < problems; ++p) {
    double aa = 0, bb = 0, ab = 0, difference = 0;
    for (std::int64_t i = p * inputs; i < (p + 1) * inputs; ++i) {
      const auto x = static_cast<double>(a.gradients[static_cast<std::size_t>(i)]);
      const auto y = static_cast<double>(b.gradients[static_cast<std::size_t>(i)]);
      aa += x * x;
      bb += y * y;
      ab += x * y;
      difference += (x - y) * (x - y);
    }
    sum.cosine += ab / ((std::sqrt(aa) + 1e-8) * (std::sqrt(bb) + 1e-8));
    sum.gradient_difference += std::sqrt(difference);
    sum.prediction_difference += std::abs(static_cast<double>(a.values[static_cast<std::size_t>(p)]) -
                                          static_cast<double>(b.values[static_cast<std::size_t>(p)]));
  }
  const auto count = static_cast<double>(problems);
  return {sum.prediction_difference / count, sum.cosine / count, sum.gradient_difference / count};
}

#define PRENORM_INSTANTIATE(T)                                                                                \
  template Predictor<T> finished(batched::Graph, const RegressionInputs&, const Regression&, batched::Matrix, \
                                 Objective);                                                                  \
  template Predictor<T> attention_predictor(AttentionNetwork, const Regression&, Objective);                  \
  template std::vector<T> normal_parameters(std::int64_t, double, std::uint64_t);                             \
  template Predictions<T> predictions_of(const Predictor<T>&, std::span<const T>, const batched::Batch<T>&);  \
  template Alignment alignment(const Predictions<T>&, const Predictions<T>&);
PRENORM_INSTANTIATE(float)
PRENORM_INSTANTIATE(double)
#undef PRENORM_INSTANTIATE

}  // namespace prenorm::papers::in_context
