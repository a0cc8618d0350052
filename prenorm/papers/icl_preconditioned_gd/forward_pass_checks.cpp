// Lemma 1 and (11): the network, token by token, against the recursion and against steps of descent.
#include <algorithm>
#include <cmath>

#include "prenorm/base/random.h"
#include "prenorm/papers/icl_preconditioned_gd/attention.h"
#include "prenorm/papers/icl_preconditioned_gd/parts.h"
#include "prenorm/papers/icl_preconditioned_gd/recursion.h"
#include "prenorm/papers/in_context/predictor.h"

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

constexpr std::int64_t kLayers = 3, kExamples = 20, kPrompts = 200;

// One prompt: x_i and the query, w*.
struct Prompt {
  std::int64_t d;
  const double *examples, *query, *weights;  // [d, n], [d], [d]

  double x(std::int64_t j, std::int64_t i) const { return examples[j * kExamples + i]; }
};

// w_L - w* on the query after w <- w - A_l^T grad R(w) from w = 0, R(w) = 1/2n sum (w^T x_i - w*^T x_i)^2, sample by
// sample. `steps` are -A_l of the network, which a symmetric matrix is equal to.
double residual_of_descent(const Prompt& p, const std::vector<Square>& steps) {
  std::vector<double> w(static_cast<std::size_t>(p.d)), gradient(w.size());
  const auto error = [&](auto&& input) {
    double sum = 0;
    for (std::int64_t j = 0; j < p.d; ++j) sum += (w[static_cast<std::size_t>(j)] - p.weights[j]) * input(j);
    return sum;
  };
  for (const Square& step : steps) {
    std::fill(gradient.begin(), gradient.end(), 0);
    for (std::int64_t i = 0; i < kExamples; ++i) {
      const double e = error([&](std::int64_t j) { return p.x(j, i); });
      for (std::int64_t j = 0; j < p.d; ++j) gradient[static_cast<std::size_t>(j)] += e * p.x(j, i) / kExamples;
    }
    for (std::int64_t j = 0; j < p.d; ++j)
      for (std::int64_t k = 0; k < p.d; ++k)
        w[static_cast<std::size_t>(j)] -= step(k, j) * gradient[static_cast<std::size_t>(k)];
  }
  return error([&](std::int64_t j) { return p.query[j]; });
}

struct Distances {
  double from_recursion = 0, from_descent = 0;
};

double relative(double found, double expected) {
  return std::abs(found - expected) / std::max(1.0, std::abs(expected));
}

Distances measure_distances(std::uint64_t seed) {
  const Covariance c = rotated_covariance(seed);
  const std::int64_t d = c.size();
  const ForwardPass f = forward_pass(kLayers, kExamples, c);
  const batched::Evaluator<double> network(f.graph);
  const auto batch = normal_batch<double>(f.graph.count(batched::Region::kInputs),
                                          mix_key({seed, name_key("forward pass")}), kPrompts);
  std::vector<double> parameters =
      in_context::normal_parameters<double>(f.graph.count(batched::Region::kParameters), 0.3, seed);
  const auto values = [&](batched::Matrix m) { return network.values(parameters, batch, m); };
  Distances worst;
  const auto residuals = values(f.residual), recursion = values(f.by_recursion);
  for (std::size_t p = 0; p < residuals.size(); ++p)
    worst.from_recursion = larger(worst.from_recursion, relative(residuals[p], recursion[p]));
  std::vector<Square> steps;
  for (std::int64_t l = 0; l < kLayers; ++l) {
    const auto first = parameters.begin() + 2 * l * d * d;
    steps.push_back(-1.0 * Square(d, std::span(first, first + d * d)));
    if (l + 1 < kLayers) std::fill(first + d * d, first + 2 * d * d, 0);  // B_l
  }
  const auto descended = values(f.residual), examples = values(f.examples), queries = values(f.query),
             weights = values(f.weights);
  for (std::int64_t p = 0; p < kPrompts; ++p) {
    const Prompt prompt{d, examples.data() + p * d * kExamples, queries.data() + p * d, weights.data() + p * d};
    // The residual is label - prediction.
    worst.from_descent = std::max(
        worst.from_descent, relative(descended[static_cast<std::size_t>(p)], -residual_of_descent(prompt, steps)));
  }
  return worst;
}

}  // namespace

void add_forward_pass(Results& results, const ExperimentOptions& options) {
  for (std::int64_t seed = 1; seed <= options.seeds; ++seed) {
    const Distances worst = measure_distances(static_cast<std::uint64_t>(seed));
    const std::vector<std::pair<std::string, double>> at = {{"seed", static_cast<double>(seed)}};
    results.checks.push_back({"forward_pass_is_descent",
                              "Lemma 1",
                              at,
                              worst.from_descent,
                              0,
                              {0, 1e-10},
                              "largest difference of the residuals of 3 layers with random A, B = 0, and of 3 steps of "
                              "preconditioned gradient descent, sample by sample"});
    results.checks.push_back(
        {"forward_pass_is_recursion",
         "(11)",
         at,
         worst.from_recursion,
         0,
         {0, 1e-10},
         "largest difference of the residuals of 3 layers with random A and B, and of the recursion "
         "of 5 x 5 matrices that models are trained by"});
  }
}

}  // namespace prenorm::papers::icl_preconditioned_gd
