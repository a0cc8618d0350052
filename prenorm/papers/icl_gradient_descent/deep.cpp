#include "prenorm/papers/icl_gradient_descent/deep.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "prenorm/base/random.h"
#include "prenorm/papers/icl_gradient_descent/weights.h"
#include "prenorm/papers/in_context/descent.h"
#include "prenorm/papers/in_context/minimize.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::icl_gradient_descent {
namespace {

using in_context::DescentSteps;
using nlohmann::json;

DescentSteps steps_of(const Training& t, bool transforms_inputs) {
  return {.steps = t.network.layers,
          .transforms_inputs = transforms_inputs,
          .tied = t.network.tied || !transforms_inputs,
          .clip = t.network.clip};
}

// eta/N of least loss, the same in all steps. Twice the best rate of one step diverges.
double best_gd_rate(const Training& t, const batched::Batch<float>& batch) {
  const auto descent = in_context::descent_predictor<float>(steps_of(t, false), t.problem);
  const double s2 = t.problem.half_width * t.problem.half_width / 3;
  return in_context::best_rate(descent, batch, 0, 1 / s2 / static_cast<double>(t.problem.context));
}

// Trained from the best rate of GD and a small gamma, as in the published code.
std::vector<float> fitted_rates(const Training& t, double gd_rate, std::int64_t fit_steps) {
  const auto descent = in_context::descent_predictor<float>(steps_of(t, true), t.problem);
  std::vector<float> rates(static_cast<std::size_t>(descent.parameter_count()));
  const double largest = 0.05 * 0.25 / (t.problem.half_width * t.problem.half_width);
  for (std::size_t i = 0; i < rates.size(); ++i) rates[i] = static_cast<float>(i % 2 == 0 ? gd_rate : largest);
  in_context::MinimizeOptions options;
  options.optim.lr = 5e-3;
  options.optim.eps = 1e-8;
  options.optim.clip_norm = 1;
  options.steps = fit_steps;
  options.halve_every = std::max<std::int64_t>(1, fit_steps / 4);
  const std::uint64_t seed = t.seed;
  in_context::minimize<float>(
      descent.evaluator, rates,
      [&](std::int64_t step) {
        const std::uint64_t key = mix_key({seed, name_key("gd++"), static_cast<std::uint64_t>(step)});
        return in_context::regression_batch<float>(t.problem, key, t.problems_per_step);
      },
      options);
  return rates;
}

}  // namespace

json measure_gd_plus_plus(const Training& t, const Evaluation& evaluation, std::int64_t fit_steps) {
  const auto batch = evaluation.batch(t.problem);
  const std::vector<float> rates = fitted_rates(t, best_gd_rate(t, batch), fit_steps);
  const auto descent = in_context::descent_predictor<float>(steps_of(t, true), t.problem);
  return {{"loss", descent.evaluator.loss(rates, batch)}, {"rates", std::vector<double>(rates.begin(), rates.end())}};
}

json measure_deep(const Training& t, const Evaluation& evaluation, std::int64_t fit_steps) {
  const auto batch = evaluation.batch(t.problem);
  const double rate = best_gd_rate(t, batch);
  const std::vector<float> gd{static_cast<float>(rate)}, gdpp = fitted_rates(t, rate, fit_steps);
  const auto descent = in_context::descent_predictor<float>(steps_of(t, false), t.problem);
  const auto transforming = in_context::descent_predictor<float>(steps_of(t, true), t.problem);
  const Trained trained = train(t, evaluation, /*record_every=*/100);
  const Products first = rescaled(products_of(trained.parameters, t.problem.token_size()));
  const std::int64_t d = t.problem.inputs;
  return {{"step", trained.step},
          {"loss", numbers_to_json(trained.loss)},
          {"gd_rate", rate},
          {"gd_loss", descent.evaluator.loss(gd, batch)},
          {"gdpp_loss", transforming.evaluator.loss(gdpp, batch)},
          {"gdpp_rates", std::vector<double>(gdpp.begin(), gdpp.end())},
          {"cosine_to_gd", alignment_to(steps_of(t, false), gd, t, trained.parameters, evaluation).cosine},
          {"cosine_to_gdpp", alignment_to(steps_of(t, true), gdpp, t, trained.parameters, evaluation).cosine},
          {"gamma", -first.projected_value.diagonal().narrow(0, 0, d).mean().item<double>()},
          {"eta_over_n", -first.projected_value[d][d].item<double>()},
          {"projected_value", elements(first.projected_value)},
          {"label_blocks", elements(label_blocks(trained.parameters, t.problem.token_size(), t.network.heads))}};
}

}  // namespace prenorm::papers::icl_gradient_descent
