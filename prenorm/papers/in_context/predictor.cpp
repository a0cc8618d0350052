#include "prenorm/papers/in_context/predictor.h"

#include <cmath>

#include "prenorm/base/random.h"
#include "prenorm/batched/random_lanes.h"

namespace prenorm::papers::in_context {

template <class T>
Predictor<T> attention_predictor(AttentionNetwork network, const Regression& problem) {
  network.token_size = problem.token_size();
  network.context = problem.context;
  network.queries = problem.queries();
  batched::Graph graph;
  const batched::Matrix tokens = declare_tokens(graph, problem), targets = declare_targets(graph, problem);
  const std::vector<Layer> layers = declare_layers(graph, network);
  const batched::Matrix queries = apply_layers(graph, network, layers, tokens, /*queries_only=*/true);
  const batched::Matrix prediction =
      graph.scaled(graph.part(queries, network.token_size - 1, 1, 0, network.queries), -1);
  graph.add_squared_error(prediction, targets, 0.5);
  return {batched::Evaluator<T>(std::move(graph)), prediction, targets};
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
Alignment alignment(const Predictions<T>& a, const Predictions<T>& b, std::int64_t inputs) {
  Alignment sum;
  const auto problems = static_cast<std::int64_t>(a.values.size());
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

#define PRENORM_INSTANTIATE(T)                                                            \
  template Predictor<T> attention_predictor(AttentionNetwork, const Regression&);         \
  template std::vector<T> normal_parameters(std::int64_t, double, std::uint64_t);         \
  template Alignment alignment(const Predictions<T>&, const Predictions<T>&, std::int64_t);
PRENORM_INSTANTIATE(float)
PRENORM_INSTANTIATE(double)
#undef PRENORM_INSTANTIATE

}  // namespace prenorm::papers::in_context
