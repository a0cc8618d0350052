#include "prenorm/papers/icl_preconditioned_gd/training.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "prenorm/base/json_number.h"
#include "prenorm/base/random.h"
#include "prenorm/papers/icl_preconditioned_gd/bfgs.h"
#include "prenorm/papers/icl_preconditioned_gd/recursion.h"
#include "prenorm/papers/in_context/minimize.h"
#include "prenorm/papers/in_context/predictor.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

using batched::Evaluator;
using batched::Graph;

template <class T>
batched::Batch<T> prompts_of(const Graph& graph, std::uint64_t key, std::int64_t prompts) {
  return normal_batch<T>(graph.count(batched::Region::kInputs), key, prompts);
}

// The same in either precision, so that losses of different methods are compared on the same prompts.
std::uint64_t record_key(std::uint64_t seed) { return mix_key({seed, name_key("recorded losses")}); }

template <class T>
std::vector<T> initial_parameters(const Graph& graph, const Training& t) {
  if (!t.start.empty()) return {t.start.begin(), t.start.end()};
  return in_context::normal_parameters<T>(graph.count(batched::Region::kParameters), t.initial_deviation, t.seed);
}

template <class T>
void record(Trained& trained, std::int64_t step, const Evaluator<T>& evaluator, const std::vector<T>& parameters,
            std::uint64_t seed) {
  trained.step.push_back(static_cast<double>(step));
  trained.loss.push_back(
      evaluator.loss(parameters, prompts_of<T>(evaluator.graph(), record_key(seed), kRecordPrompts)));
  trained.parameters.emplace_back(parameters.begin(), parameters.end());
}

Trained train_by_adam(const Graph& graph, const Training& t) {
  const Evaluator<float> evaluator(graph);
  std::vector<float> parameters = initial_parameters<float>(graph, t);
  in_context::MinimizeOptions o;
  o.optim.lr = t.learning_rate;
  o.optim.beta1 = 0.99;
  o.optim.beta2 = 0.9;
  o.optim.eps = 1e-8;
  o.steps = t.steps;
  o.halve_every = t.halve_every;
  o.clip_parameter_norm = t.clip_matrix_norm;
  o.record_every = t.record_every;
  Trained trained;
  record(trained, 0, evaluator, parameters, t.seed);
  const auto batch = [&](std::int64_t step) {
    const std::uint64_t key = mix_key({t.seed, name_key("training"), static_cast<std::uint64_t>(step)});
    return prompts_of<float>(graph, key, t.prompts);
  };
  in_context::minimize<float>(evaluator, parameters, batch, o,
                              [&](std::int64_t step) { record(trained, step, evaluator, parameters, t.seed); });
  return trained;
}

Trained train_by_bfgs(const Graph& graph, const Training& t) {
  const Evaluator<double> evaluator(graph);
  std::vector<double> parameters = initial_parameters<double>(graph, t);
  Trained trained;
  record(trained, 0, evaluator, parameters, t.seed);
  const auto batch = prompts_of<double>(graph, mix_key({t.seed, name_key("training"), 0}), t.prompts);
  const auto keep = [&](std::int64_t step, const std::vector<double>& x) {
    if (step % t.record_every == 0) record(trained, step, evaluator, x, t.seed);
  };
  const auto losses =
      bfgs([&](std::span<const double> x, std::span<double> gradient) { return evaluator.loss(x, batch, gradient); },
           parameters, {.steps = t.steps, .after = keep});
  if (const std::int64_t steps = std::ssize(losses) - 1; steps % t.record_every != 0)
    record(trained, steps, evaluator, parameters, t.seed);
  return trained;
}

}  // namespace

std::string Training::name() const {
  const std::string from =
      start.empty() ? fmt::format("{:g}", initial_deviation) : fmt::format("[{}]", fmt::join(start, ", "));
  if (method == Method::kBfgs)
    return fmt::format("at most {} BFGS steps on {} prompts from {}, every {}, seed {}", steps, prompts, from,
                       record_every, seed);
  return fmt::format("{} Adam steps of {} prompts from {}, rate {:g} halved every {}, clip {:g}, every {}, seed {}",
                     steps, prompts, from, learning_rate, halve_every, clip_matrix_norm, record_every, seed);
}

Trained train(const Graph& graph, const Training& t) {
  return t.method == Method::kAdam ? train_by_adam(graph, t) : train_by_bfgs(graph, t);
}

nlohmann::json to_json(const Trained& trained) {
  nlohmann::json json{
      {"step", trained.step}, {"loss", numbers_to_json(trained.loss)}, {"test", json_number(trained.test)}};
  for (const std::vector<double>& values : trained.parameters)
    json["parameters"].push_back(nlohmann::json(numbers_to_json(values)));
  return json;
}

Trained trained_from_json(const nlohmann::json& json) {
  Trained trained{numbers_field(json, "step"), numbers_field(json, "loss"), {}, number_field(json, "test")};
  for (const auto& list : field<std::vector<nlohmann::json>>(json, "parameters")) {
    trained.parameters.emplace_back();
    for (const nlohmann::json& value : list) trained.parameters.back().push_back(number_from_json(value, "parameters"));
  }
  return trained;
}

double test_loss(const Graph& graph, const std::vector<double>& parameters, std::uint64_t seed, std::int64_t prompts) {
  return Evaluator<double>(graph).loss(parameters,
                                       prompts_of<double>(graph, mix_key({seed, name_key("test")}), prompts));
}

}  // namespace prenorm::papers::icl_preconditioned_gd
