#include "prenorm/papers/in_context/descent.h"

#include <cmath>
#include <numbers>

namespace prenorm::papers::in_context {
namespace {

using batched::Graph;
using batched::Matrix;

struct Rates {
  Matrix eta_over_n, gamma;
};

std::vector<Rates> declare_rates(Graph& graph, const DescentSteps& s) {
  std::vector<Rates> rates(static_cast<std::size_t>(s.tied ? 1 : s.steps));
  for (Rates& r : rates) {
    r.eta_over_n = graph.parameter(1, 1);
    if (s.transforms_inputs) r.gamma = graph.parameter(1, 1);
  }
  rates.resize(static_cast<std::size_t>(s.steps), rates.front());
  return rates;
}

}  // namespace

template <class T>
Predictor<T> descent_predictor(const DescentSteps& s, const Regression& problem, Objective objective) {
  Graph graph;
  const RegressionInputs inputs = declare_inputs(graph, problem, objective == Objective::kPrediction);
  const Matrix tokens = inputs.tokens;
  const std::int64_t d = problem.inputs, all = problem.tokens();
  Matrix x = graph.part(tokens, 0, d, 0, all), y = graph.part(tokens, d, 1, 0, all);
  for (const Rates& rates : declare_rates(graph, s)) {
    const Matrix context = graph.part(x, 0, d, 0, problem.context), labels = graph.part(y, 0, 1, 0, problem.context);
    const Matrix correlation = graph.product(labels, graph.transposed(context));  // y X^T
    const Matrix step = graph.scaled(graph.scaled_by(graph.product(correlation, x), rates.eta_over_n), -1);
    Matrix new_x = x;
    if (s.transforms_inputs) {
      const Matrix moment = graph.product(context, graph.transposed(context));
      new_x = graph.sum(x, graph.scaled_by(graph.product(moment, x), rates.gamma), 1, -1);
    }
    y = graph.sum(y, step);
    x = new_x;
    if (s.clip > 0) {
      x = graph.clipped(x, s.clip);
      y = graph.clipped(y, s.clip);
    }
  }
  const Matrix prediction = graph.scaled(graph.part(y, 0, 1, problem.context, 1), -1);
  return finished<T>(std::move(graph), inputs, problem, prediction, objective);
}

template <class T>
double best_rate(const Predictor<T>& descent, const batched::Batch<T>& batch, double low, double high,
                 double tolerance) {
  const auto loss = [&](double rate) {
    const std::vector<T> parameters{static_cast<T>(rate)};
    const double value = descent.evaluator.loss(parameters, batch);
    return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
  };
  constexpr double kGolden = 1 / std::numbers::phi;
  double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
  double loss_a = loss(a), loss_b = loss(b);
  while (high - low > tolerance * high) {
    if (loss_a < loss_b) {
      high = b;
      b = a;
      loss_b = loss_a;
      a = high - kGolden * (high - low);
      loss_a = loss(a);
    } else {
      low = a;
      a = b;
      loss_a = loss_b;
      b = low + kGolden * (high - low);
      loss_b = loss(b);
    }
  }
  return (low + high) / 2;
}

template Predictor<float> descent_predictor(const DescentSteps&, const Regression&, Objective);
template Predictor<double> descent_predictor(const DescentSteps&, const Regression&, Objective);
template double best_rate(const Predictor<float>&, const batched::Batch<float>&, double, double, double);
template double best_rate(const Predictor<double>&, const batched::Batch<double>&, double, double, double);

}  // namespace prenorm::papers::in_context
