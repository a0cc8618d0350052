#include "prenorm/papers/icl_gradient_descent/one_layer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "prenorm/papers/icl_gradient_descent/weights.h"
#include "prenorm/papers/in_context/descent.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::icl_gradient_descent {
namespace {

using in_context::Alignment;
using in_context::InputLaw;
using in_context::Predictor;
using in_context::Regression;
using nlohmann::json;

constexpr std::int64_t kRecordEvery = 50;

// A trained layer and a step of descent, as parameters of their predictors.
struct Pair {
  std::vector<float> trained, descent;
};

double loss_of(const Predictor<float>& predictor, std::span<const float> parameters,
               const batched::Batch<float>& batch) {
  return predictor.evaluator.loss(parameters, batch);
}

json losses(const Pair& pair, const Regression& problem, const Evaluation& evaluation) {
  const auto batch = evaluation.batch(problem);
  return {{"trained", loss_of(in_context::attention_predictor<float>({}, problem), pair.trained, batch)},
          {"descent", loss_of(in_context::descent_predictor<float>({}, problem), pair.descent, batch)}};
}

// {trained: [...], descent: [...]} over variants of the problem.
json losses_over(const std::vector<Regression>& problems, const Pair& pair, const Evaluation& evaluation) {
  std::vector<double> trained, descent;
  for (const Regression& problem : problems) {
    const json found = losses(pair, problem, evaluation);
    trained.push_back(found["trained"]);
    descent.push_back(found["descent"]);
  }
  return {{"trained", numbers_to_json(trained)}, {"descent", numbers_to_json(descent)}};
}

json alignment_to_descent(const Training& training, const Pair& pair, const Evaluation& evaluation) {
  const Alignment a = alignment_to({}, pair.descent, training, pair.trained, evaluation);
  return {{"prediction_difference", a.prediction_difference},
          {"cosine", a.cosine},
          {"gradient_difference", a.gradient_difference}};
}

// The layer applied again and again, changing labels alone by `share` of its update. The column of W_KQ for the label
// of the token that reads is left out: the query's label was 0 in training, so that column never had a gradient.
struct Rollout {
  batched::Evaluator<float> evaluator;
  std::vector<batched::Matrix> predictions;  // after kRolloutSteps
  batched::Matrix target;
};

Rollout make_rollout(const Regression& problem, double share) {
  batched::Graph graph;
  const auto [tokens, target] = declare_inputs(graph, problem);
  const std::int64_t d = problem.inputs, all = problem.tokens();
  const in_context::Head head = in_context::declare_layers(graph, {.token_size = d + 1}).front().front();
  const batched::Matrix key_query = graph.product(graph.transposed(head.key), head.query);
  const batched::Matrix value = graph.part(graph.product(head.projection, head.value), d, 1, 0, d + 1);
  // Unit columns put the row of inputs and that of labels into one matrix of tokens.
  std::vector<double> unit_label(static_cast<std::size_t>(d + 1)), inputs_only(unit_label.size() * unit_label.size());
  unit_label.back() = 1;
  for (std::int64_t i = 0; i < d; ++i) inputs_only[static_cast<std::size_t>(i * (d + 1) + i)] = 1;
  const batched::Matrix label_row = graph.constant(d + 1, 1, unit_label);
  const batched::Matrix inputs = graph.product(graph.constant(d + 1, d + 1, inputs_only), tokens);
  batched::Matrix labels = graph.part(tokens, d, 1, 0, all);
  std::vector<batched::Matrix> predictions;
  for (std::int64_t step = 1; step <= kRolloutSteps[std::size(kRolloutSteps) - 1]; ++step) {
    const batched::Matrix now = graph.product_plus(label_row, labels, inputs);
    const batched::Matrix context = graph.part(now, 0, d + 1, 0, problem.context);
    const batched::Matrix weighted = graph.product(graph.product(value, context), graph.transposed(context));
    labels = graph.sum(labels, graph.product(weighted, graph.product(key_query, inputs)), 1, share);
    if (std::find(std::begin(kRolloutSteps), std::end(kRolloutSteps), step) != std::end(kRolloutSteps))
      predictions.push_back(graph.scaled(graph.part(labels, 0, 1, problem.context, 1), -1));
  }
  return {batched::Evaluator<float>(std::move(graph)), predictions, target};
}

// The mean of the losses of problems, without the share `left_out` of the largest.
double trimmed_mean(std::vector<double> losses, double left_out) {
  const auto kept = static_cast<std::ptrdiff_t>((1 - left_out) * static_cast<double>(losses.size()));
  for (double& loss : losses)
    if (std::isnan(loss)) loss = std::numeric_limits<double>::infinity();
  std::nth_element(losses.begin(), losses.begin() + kept - 1, losses.end());
  double sum = 0;
  std::for_each(losses.begin(), losses.begin() + kept, [&](double loss) { sum += loss; });
  return sum / static_cast<double>(kept);
}

std::vector<double> rollout_losses(const Rollout& rollout, std::span<const float> parameters,
                                   const batched::Batch<float>& batch, double left_out) {
  const std::vector<float> targets = rollout.evaluator.values(parameters, batch, rollout.target);
  std::vector<double> all;
  for (const batched::Matrix prediction : rollout.predictions) {
    const std::vector<float> found = rollout.evaluator.values(parameters, batch, prediction);
    std::vector<double> losses(found.size());
    for (std::size_t p = 0; p < found.size(); ++p)
      losses[p] = 0.5 * std::pow(static_cast<double>(found[p] - targets[p]), 2);
    all.push_back(trimmed_mean(std::move(losses), left_out));
  }
  return all;
}

json rollouts(const Pair& pair, const Products& step, const Regression& problem, const Evaluation& evaluation,
              double share, double left_out) {
  const Rollout rollout = make_rollout(problem, share);
  const auto batch = evaluation.batch(problem);
  return {{"trained", numbers_to_json(rollout_losses(rollout, pair.trained, batch, left_out))},
          {"descent", numbers_to_json(rollout_losses(rollout, parameters_of(step), batch, left_out))}};
}

std::vector<Regression> scaled_inputs(const Regression& problem) {
  std::vector<Regression> all;
  for (const double scale : kInputScales) {
    all.push_back(problem);
    all.back().half_width *= scale;
  }
  return all;
}
std::vector<Regression> scaled_weights(const Regression& problem) {
  std::vector<Regression> all;
  for (const double scale : kWeightScales) {
    all.push_back(problem);
    all.back().weight_scale = scale;
  }
  return all;
}
std::vector<Regression> other_laws(const Regression& problem) {
  std::vector<Regression> all;
  for (const InputLaw law : {InputLaw::kNormal, InputLaw::kExponential, InputLaw::kLaplace}) {
    all.push_back(problem);
    all.back().law = law;
    all.back().half_width = 1;
  }
  return all;
}

}  // namespace

json measure_one_layer(const Training& training, const Evaluation& evaluation) {
  const Regression& problem = training.problem;
  const auto batch = evaluation.batch(problem);
  const auto network = in_context::attention_predictor<float>({}, problem);
  const auto descent = in_context::descent_predictor<float>({}, problem);
  const double s2 = problem.half_width * problem.half_width / 3, most = 2 / s2 / static_cast<double>(problem.context);
  const double rate = in_context::best_rate(descent, batch, 0, most);
  const Trained trained = train(training, evaluation, kRecordEvery);
  Training untrained = training;
  untrained.steps = 0;
  const std::vector<float> gd{static_cast<float>(rate)};
  const Pair pair{trained.parameters, gd}, start{train(untrained, evaluation, 1).parameters, gd};
  const Products found = rescaled(products_of(trained.parameters, problem.token_size()));
  const Products step = constructed(problem.inputs, rate);
  return {{"step", trained.step},
          {"loss", numbers_to_json(trained.loss)},
          {"gd_rate", rate},
          {"gd_loss", loss_of(descent, gd, batch)},
          {"interpolated_loss", loss_of(network, parameters_of(mean_of(found, step)), batch)},
          {"start", alignment_to_descent(training, start, evaluation)},
          {"end", alignment_to_descent(training, pair, evaluation)},
          {"key_query", elements(found.key_query)},
          {"projected_value", elements(found.projected_value)},
          {"inputs", losses_over(scaled_inputs(problem), pair, evaluation)},
          {"weights", losses_over(scaled_weights(problem), pair, evaluation)},
          {"laws", losses_over(other_laws(problem), pair, evaluation)},
          {"full", rollouts(pair, step, problem, evaluation, 1, 0)},
          {"damped", rollouts(pair, step, problem, evaluation, kDamping, kLeftOut)}};
}

}  // namespace prenorm::papers::icl_gradient_descent
