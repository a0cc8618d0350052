#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/papers/icl_gradient_descent/one_layer_results.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::icl_gradient_descent {
namespace {

using nlohmann::json;

// The checks of one seed.
struct SeedChecks {
  Results& results;
  std::vector<std::pair<std::string, double>> setting;

  void add(const char* name, const char* source, double measured, double predicted, Interval accepted,
           const char* what) const {
    results.checks.push_back({name, source, setting, measured, predicted, accepted, what});
  }
};

double largest_apart(const std::vector<double>& found, const std::vector<double>& expected) {
  double largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i) largest = std::max(largest, std::abs(found[i] - expected[i]));
  return largest;
}

// The largest |found / expected - 1|; NaN if one of them is NaN, so that no check passes.
double largest_relative_difference(const std::vector<double>& found, const std::vector<double>& expected) {
  double largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double difference = std::abs(found[i] / expected[i] - 1);
    if (std::isnan(difference)) return difference;
    largest = std::max(largest, difference);
  }
  return largest;
}

void check_loss(const SeedChecks& c, const json& m, const OneStepTheory& t) {
  const std::vector<double> loss = numbers_field(m, "loss"), step = numbers_field(m, "step");
  const double gd = number_field(m, "gd_loss"), interpolated = number_field(m, "interpolated_loss");
  // No one-layer network can beat the best step: sampling alone can put it below.
  c.add("trained_over_gd_loss", "Figure 2", loss.back() / gd, 1, {0.99, 1.02},
        "validation loss of the trained layer over that of one step of GD with its best rate");
  c.add("gd_loss", "section 3", gd, t.best_loss, {0.97 * t.best_loss, 1.03 * t.best_loss},
        "validation loss of one step of GD with its best rate; predicted: d s2 (1 - 1/c)/2");
  c.add("interpolated_over_trained_loss", "Figure 2", interpolated / loss.back(), 1, {0.98, 1.02},
        "validation loss of the mean of trained and constructed weights over that of the trained layer");
  c.add("interpolated_over_gd_loss", "Figure 2", interpolated / gd, 1, {0.98, 1.02},
        "validation loss of the mean of trained and constructed weights over that of GD");
  c.add("loss_before_training", "section 3", loss.front(), t.null_loss, {0.97 * t.null_loss, 1.03 * t.null_loss},
        "validation loss before training; predicted: that of the answer 0");
  const double halfway = (t.null_loss + t.best_loss) / 2;
  std::size_t fallen = 0;
  while (fallen + 1 < loss.size() && loss[fallen] > halfway) ++fallen;
  c.add("steps_to_fall", "Figure 2", step[fallen], 300, {100, 1500},
        "steps until the validation loss is halfway between that of the answer 0 and that of GD");
}

void check_alignment(const SeedChecks& c, const json& m) {
  const json start = field<json>(m, "start"), end = field<json>(m, "end");
  c.add("cosine", "Figure 2", number_field(end, "cosine"), 1, {0.99, 1},
        "mean cosine of the gradients with respect to the query, trained layer and GD");
  c.add("gradient_difference", "Figure 2",
        number_field(end, "gradient_difference") / number_field(start, "gradient_difference"), 0, {0, 0.1},
        "mean norm of the difference of these gradients, over what it was before training");
  c.add("prediction_difference", "Figure 2",
        number_field(end, "prediction_difference") / number_field(start, "prediction_difference"), 0, {0, 0.1},
        "mean absolute difference of the predictions, over what it was before training");
}

void check_weights(const SeedChecks& c, const json& m, const in_context::Regression& problem, const OneStepTheory& t) {
  const auto size = static_cast<std::size_t>(problem.token_size()), d = size - 1;
  const std::vector<double> key_query = numbers_field(m, "key_query"), value = numbers_field(m, "projected_value");
  std::vector<double> block, identity, row(value.end() - static_cast<std::ptrdiff_t>(size), value.end() - 1);
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j < d; ++j) {
      block.push_back(key_query[i * size + j]);
      identity.push_back(i == j ? 1 : 0);
    }
  std::vector<double> labels_row(key_query.end() - static_cast<std::ptrdiff_t>(size), key_query.end() - 1);
  const double step = -t.best_rate / static_cast<double>(problem.context);
  c.add("key_query_is_identity", "Proposition 1", largest_apart(block, identity), 0, {0, 0.06},
        "largest difference of the inputs' block of W_KQ from the identity, after rescaling");
  c.add("key_query_ignores_labels", "Proposition 1", largest_apart(labels_row, std::vector<double>(d)), 0, {0, 0.06},
        "largest element of the labels' row of W_KQ, after rescaling");
  c.add("value_of_labels", "Proposition 1", value.back(), step, {1.035 * step, 0.965 * step},
        "last element of P W_V, after rescaling; predicted: -eta*/N = -1/(s2 c N)");
  c.add("value_of_inputs", "Proposition 1", largest_apart(row, std::vector<double>(d)) / -step, 0, {0, 0.05},
        "largest other element of the last row of P W_V, over the last one");
}

void check_outside(const SeedChecks& c, const json& m, const OneStepTheory& t) {
  const auto losses = [&](const char* study, const char* who) { return numbers_field(field<json>(m, study), who); };
  const auto largest_difference = [&](const char* study) {
    return largest_relative_difference(losses(study, "trained"), losses(study, "descent"));
  };
  std::vector<double> trained, descent, theory;
  for (std::size_t i = 0; kInputScales[i] <= 1.5; ++i) {
    trained.push_back(losses("inputs", "trained").at(i));
    descent.push_back(losses("inputs", "descent").at(i));
    theory.push_back(t.loss(t.best_rate, kInputScales[i]));
  }
  c.add("wider_inputs", "Figure 3", largest_relative_difference(trained, descent), 0, {0, 0.05},
        "largest relative difference of the losses of trained layer and GD for inputs 0.5 to 1.5 times as wide");
  // Losses at 1.5 have a heavy tail: their standard error at 65,536 problems is about 2 %.
  c.add("wider_inputs_gd", "Figure 3", largest_relative_difference(descent, theory), 0, {0, 0.12},
        "largest relative difference of the loss of GD from its closed form, for inputs 0.5 to 1.5 times as wide");
  c.add("larger_weights", "Figure 3", largest_difference("weights"), 0, {0, 0.05},
        "largest relative difference of the losses of trained layer and GD for tasks 0.5 to 5 times as large");
  c.add("other_inputs", "appendix A", largest_difference("laws"), 0, {0, 0.05},
        "largest relative difference of the losses of trained layer and GD for normal, exponential and Laplace inputs");
}

void check_rollout(const SeedChecks& c, const json& m, const OneStepTheory& t) {
  const json full = field<json>(m, "full"), damped = field<json>(m, "damped");
  const std::vector<double> whole = numbers_field(full, "trained"), part = numbers_field(damped, "trained");
  std::size_t left = 0;
  while (left + 1 < whole.size() && whole[left] <= t.null_loss) ++left;  // NaN has left, too
  c.add("rollout_diverges", "Figure 4", static_cast<double>(kRolloutSteps[left]), 15, {5, 20},
        "applications of the trained layer after which the loss is above that of the answer 0; predicted: that of GD");
  const std::vector<double> part_gd = numbers_field(damped, "descent");
  c.add("damped_rollout_end", "Figure 4", part.back() / t.null_loss, part_gd.back() / t.null_loss, {0.09, 0.12},
        "loss after 50 applications with 0.75 of each update, over that of the answer 0; predicted: that of GD");
  double rise = 0;
  for (std::size_t k = 1; k < part.size(); ++k) rise = std::max(rise, part[k] / part[k - 1]);
  c.add("damped_rollout_falls", "Figure 4", rise, 1, {0, 1},
        "largest loss over that of the recorded step before, with 0.75 of each update");
}

}  // namespace

double OneStepTheory::loss(double eta, double scale) const {
  const double s2 = input_variance * scale * scale;
  return 0.5 * inputs * s2 * (1 - 2 * eta * s2 + c * eta * eta * s2 * s2);
}

OneStepTheory OneStepTheory::of(const in_context::Regression& problem) {
  OneStepTheory t;
  t.inputs = static_cast<double>(problem.inputs);
  t.input_variance = problem.half_width * problem.half_width / 3;
  t.c = 1 + (9.0 / 5 + t.inputs - 2) / static_cast<double>(problem.context);
  t.best_rate = 1 / (t.input_variance * t.c);
  t.best_loss = 0.5 * t.inputs * t.input_variance * (1 - 1 / t.c);
  t.null_loss = 0.5 * t.inputs * t.input_variance;
  return t;
}

void add_one_layer_checks(Results& results, const std::vector<json>& measured, const in_context::Regression& problem) {
  const OneStepTheory theory = OneStepTheory::of(problem);
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const SeedChecks checks{results, {{"seed", static_cast<double>(i + 1)}, {"x_within", problem.half_width}}};
    const json& m = measured[i];
    check_loss(checks, m, theory);
    check_alignment(checks, m);
    check_weights(checks, m, problem, theory);
    const double n = static_cast<double>(problem.context), rate = number_field(m, "gd_rate") * n;
    checks.add("best_rate", "section 3", rate, theory.best_rate, {0.98 * theory.best_rate, 1.02 * theory.best_rate},
               "eta of least loss on the validation problems; predicted: 1/(s2 c)");
    check_outside(checks, m, theory);
    check_rollout(checks, m, theory);
  }
}

}  // namespace prenorm::papers::icl_gradient_descent
