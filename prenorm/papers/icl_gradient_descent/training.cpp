#include "prenorm/papers/icl_gradient_descent/training.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "prenorm/base/random.h"
#include "prenorm/papers/in_context/minimize.h"

namespace prenorm::papers::icl_gradient_descent {
namespace {

using in_context::AttentionNetwork;
using in_context::Predictor;
using in_context::Regression;

double initial_deviation(const Training& t) {
  if (t.initial_deviation > 0) return t.initial_deviation;
  return std::sqrt(0.002 / static_cast<double>(t.network.layers * t.problem.token_size()));
}

std::uint64_t start_seed(const Training& t) {
  return t.start == 0 ? t.seed : mix_key({t.seed, name_key("start"), static_cast<std::uint64_t>(t.start)});
}

std::uint64_t batch_key(const Training& t, std::int64_t step) {
  const std::uint64_t number = t.task_set > 0 ? 0 : static_cast<std::uint64_t>(step);
  return mix_key({t.seed, name_key("training"), number});
}

std::string network_text(const AttentionNetwork& n) {
  constexpr const char* kScores[] = {"linear", "softmax", "ReLU"};
  return fmt::format("{} {} layers of {} {} heads, norm {}, clip {}", n.layers, n.tied ? "tied" : "untied", n.heads,
                     kScores[static_cast<std::size_t>(n.scores)], enum_name(n.norm), n.clip);
}

}  // namespace

std::string Training::name() const {
  return fmt::format("{}; {} inputs, {} pairs, x within {}; {} steps of {}{}, rate {}, initial {:.4g}, seed {}{}",
                     network_text(network), problem.inputs, problem.context, problem.half_width, steps,
                     problems_per_step, task_set > 0 ? fmt::format(" of {} fixed", task_set) : "", learning_rate,
                     icl_gradient_descent::initial_deviation(*this), seed,
                     start > 0 ? fmt::format(", start {}", start) : "");
}

batched::Batch<float> Evaluation::batch(const Regression& problem) const {
  return in_context::regression_batch<float>(problem, mix_key({seed, name_key("evaluation")}), problems);
}

Trained train(const Training& t, const Evaluation& evaluation, std::int64_t record_every) {
  const Predictor<float> network = in_context::attention_predictor<float>(t.network, t.problem);
  Trained trained{
      in_context::normal_parameters<float>(network.parameter_count(), initial_deviation(t), start_seed(t)), {}, {}};
  const batched::Batch<float> judged = evaluation.batch(t.problem);
  const auto record = [&](std::int64_t step) {
    trained.step.push_back(static_cast<double>(step));
    trained.loss.push_back(network.evaluator.loss(trained.parameters, judged));
  };
  in_context::MinimizeOptions options;
  options.optim.lr = t.learning_rate;
  options.optim.eps = 1e-8;
  options.optim.clip_norm = 10;
  options.steps = t.steps;
  options.record_every = record_every;
  record(0);
  in_context::minimize<float>(
      network.evaluator, trained.parameters,
      [&](std::int64_t step) {
        return in_context::regression_batch<float>(t.problem, batch_key(t, step),
                                                   t.task_set > 0 ? t.task_set : t.problems_per_step);
      },
      options, record);
  return trained;
}

Training with_best_start(Training training, const Evaluation& evaluation, std::int64_t starts,
                         std::int64_t pilot_steps) {
  Training best = training, pilot = training;
  pilot.steps = pilot_steps;
  double least = std::numeric_limits<double>::infinity();
  for (std::int64_t start = 0; start < starts; ++start) {
    pilot.start = start;
    const double loss = train(pilot, evaluation, /*record_every=*/pilot_steps).loss.back();
    if (!(loss < least)) continue;
    least = loss;
    best.start = start;
  }
  return best;
}

in_context::Alignment alignment_to(const in_context::DescentSteps& steps, std::span<const float> rates,
                                   const Training& t, std::span<const float> trained, const Evaluation& evaluation) {
  constexpr auto kPrediction = in_context::Objective::kPrediction;
  const auto network = in_context::attention_predictor<float>(t.network, t.problem, kPrediction);
  const auto descent = in_context::descent_predictor<float>(steps, t.problem, kPrediction);
  const auto batch = evaluation.batch(t.problem);
  return in_context::alignment(in_context::predictions_of(network, trained, batch),
                               in_context::predictions_of(descent, rates, batch));
}

}  // namespace prenorm::papers::icl_gradient_descent
