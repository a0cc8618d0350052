#include "prenorm/papers/icl_gradient_descent/copying.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/base/random.h"
#include "prenorm/papers/in_context/minimize.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::icl_gradient_descent {
namespace {

using batched::Graph;
using batched::Matrix;
using in_context::AttentionNetwork;
using in_context::Regression;

constexpr std::int64_t kInputs = 10, kPairs = 10, kTokens = 2 * kPairs + 1, kSize = 2 * kInputs;
// Problems for the gradients of the first layer.
constexpr std::int64_t kProbed = 512;

// Sines and cosines of the position (Vaswani et al. 2017, section 3.5), in the second half of each token.
double position_code(std::int64_t row, std::int64_t position) {
  const double rate = std::pow(10'000.0, -static_cast<double>(row - row % 2) / kInputs);
  const double angle = rate * static_cast<double>(position);
  return row % 2 == 0 ? std::sin(angle) : std::cos(angle);
}

// Spreads the tokens of a regression problem out: (x_i, y_i) becomes (x_i) and (0, ..., 0, y_i).
batched::Batch<float> copying_batch(std::uint64_t key, std::int64_t problems) {
  const Regression pairs{.inputs = kInputs, .context = kPairs};
  const batched::Batch<float> source = in_context::regression_batch<float>(pairs, key, problems);
  return {problems, [source](const batched::ProblemBlock<float>& block) {
            const std::int64_t lanes = block.lanes, columns = kPairs + 1;
            std::vector<float> drawn(static_cast<std::size_t>(((kInputs + 1) * columns + 1) * lanes));
            const batched::ProblemBlock<float> from{block.first, block.count, lanes, drawn.data()};
            source.fill(from);
            std::fill_n(block.values, (kSize * kTokens + 1) * lanes, 0.0F);
            const auto copy = [&](std::int64_t to, std::int64_t element) {
              for (std::int64_t l = 0; l < lanes; ++l) block.at(to, l) = from.at(element, l);
            };
            for (std::int64_t c = 0; c < columns; ++c) {
              for (std::int64_t i = 0; i < kInputs; ++i) copy(i * kTokens + 2 * c, i * columns + c);
              if (c < kPairs) copy((kInputs - 1) * kTokens + 2 * c + 1, kInputs * columns + c);
            }
            copy(kSize * kTokens, (kInputs + 1) * columns);
            for (std::int64_t i = 0; i < kInputs; ++i)
              for (std::int64_t t = 0; t < kTokens; ++t)
                std::fill_n(&block.at((kInputs + i) * kTokens + t, 0), lanes, static_cast<float>(position_code(i, t)));
          }};
}

// Both layers on all tokens; the first reads every token, the query's too.
struct CopyingNetwork {
  Graph graph;
  Matrix tokens, target, first, prediction;
};

CopyingNetwork make_network(const Copying& copying, bool with_gradient) {
  CopyingNetwork n;
  n.tokens = n.graph.input(kSize, kTokens, with_gradient);
  n.target = n.graph.input(1, 1);
  AttentionNetwork copy{.token_size = kSize, .context = kTokens, .queries = 0};
  copy.scores = copying.softmax_first ? in_context::Scores::kSoftmax : in_context::Scores::kLinear;
  const AttentionNetwork descend{.token_size = kSize, .context = kTokens - 1};
  const in_context::Layer one = declare_layers(n.graph, copy).front(), two = declare_layers(n.graph, descend).front();
  n.first = apply_layer(n.graph, copy, one, n.tokens, n.tokens);
  const Matrix query = apply_layer(n.graph, descend, two, n.first, n.graph.part(n.first, 0, kSize, kTokens - 1, 1));
  n.prediction = n.graph.scaled(n.graph.part(query, kInputs - 1, 1, 0, 1), -1);
  return n;
}

struct Sensitivity {
  double own = 0, next = 0, others = 0;
};

// Norms of the mean over problems of the gradient at `token` of the first layer, by the token it is taken at.
std::vector<double> gradient_norms(const Copying& copying, std::span<const float> parameters, std::int64_t token,
                                   const batched::Batch<float>& batch) {
  CopyingNetwork n = make_network(copying, /*with_gradient=*/true);
  n.graph.add_sum(n.graph.part(n.first, 0, kSize, token, 1));
  const batched::Evaluator<float> evaluator(n.graph);
  const std::vector<float> gradients = evaluator.input_gradients(parameters, batch, n.tokens);
  std::vector<double> mean(static_cast<std::size_t>(kSize * kTokens)), norms(static_cast<std::size_t>(kTokens));
  for (std::size_t i = 0; i < gradients.size(); ++i) mean[i % mean.size()] += static_cast<double>(gradients[i]);
  for (std::size_t i = 0; i < mean.size(); ++i)
    norms[i % norms.size()] += std::pow(mean[i] / static_cast<double>(batch.problems), 2);
  for (double& norm : norms) norm = std::sqrt(norm);
  return norms;
}

Sensitivity sensitivity(const Copying& copying, std::span<const float> parameters, const Evaluation& evaluation) {
  const auto batch = copying_batch(mix_key({evaluation.seed, name_key("sensitivity")}), kProbed);
  Sensitivity mean;
  constexpr auto kCounted = static_cast<double>(kTokens - 1);
  for (std::int64_t token = 0; token + 1 < kTokens; ++token) {
    const std::vector<double> norms = gradient_norms(copying, parameters, token, batch);
    double sum = 0;
    for (const double norm : norms) sum += norm;
    const double own = norms[static_cast<std::size_t>(token)], next = norms[static_cast<std::size_t>(token + 1)];
    mean.own += own / kCounted;
    mean.next += next / kCounted;
    mean.others += (sum - own - next) / (kTokens - 2) / kCounted;
  }
  return mean;
}

}  // namespace

std::string Copying::name() const {
  return fmt::format("alternating tokens, {} first layer, {} steps of {}, rate {} halved twice, every {}, seed {}",
                     softmax_first ? "softmax" : "linear", steps, problems_per_step, learning_rate, record_every, seed);
}

nlohmann::json measure_copying(const Copying& copying, const Evaluation& evaluation) {
  CopyingNetwork n = make_network(copying, /*with_gradient=*/false);
  n.graph.add_squared_error(n.prediction, n.target, 0.5);
  const batched::Evaluator<float> evaluator(std::move(n.graph));
  const std::int64_t count = evaluator.graph().count(batched::Region::kParameters);
  const double deviation = std::sqrt(0.02 / 2 / static_cast<double>(kSize));
  std::vector<float> parameters = in_context::normal_parameters<float>(count, deviation, copying.seed);
  const auto judged = copying_batch(mix_key({evaluation.seed, name_key("evaluation")}), evaluation.problems);
  std::vector<double> steps, loss, own, next, others;
  const auto record = [&](std::int64_t step) {
    const Sensitivity s = sensitivity(copying, parameters, evaluation);
    steps.push_back(static_cast<double>(step));
    loss.push_back(evaluator.loss(parameters, judged));
    own.push_back(s.own);
    next.push_back(s.next);
    others.push_back(s.others);
  };
  in_context::MinimizeOptions options;
  options.optim.lr = copying.learning_rate;
  options.optim.eps = 1e-8;
  options.optim.clip_norm = 10;
  options.steps = copying.steps;
  options.record_every = copying.record_every;
  options.halve_every = std::max<std::int64_t>(1, copying.steps / 3);
  record(0);
  const auto batch = [&](std::int64_t step) {
    const std::uint64_t key = mix_key({copying.seed, name_key("copying"), static_cast<std::uint64_t>(step)});
    return copying_batch(key, copying.problems_per_step);
  };
  in_context::minimize<float>(evaluator, parameters, batch, options, record);
  return {{"step", steps},
          {"loss", numbers_to_json(loss)},
          {"own", numbers_to_json(own)},
          {"next", numbers_to_json(next)},
          {"others", numbers_to_json(others)}};
}

}  // namespace prenorm::papers::icl_gradient_descent
