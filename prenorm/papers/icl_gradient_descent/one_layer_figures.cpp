#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "prenorm/papers/icl_gradient_descent/one_layer_results.h"
#include "prenorm/papers/icl_gradient_descent/seed_means.h"
#include "prenorm/papers/icl_gradient_descent/weight_map.h"
#include "prenorm/papers/icl_gradient_descent/weights.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::icl_gradient_descent {
namespace {

using nlohmann::json;

std::string range_text(const in_context::Regression& problem) {
  return fmt::format("x within {:g}", problem.half_width);
}

Figure training_figure(const std::vector<json>& measured, const in_context::Regression& problem) {
  Curve trained{"one layer of linear attention", numbers_field(measured.front(), "step"),
                mean_numbers(measured, "loss")};
  const double gd = mean_number(measured, "gd_loss");
  Curve descent{"one step of GD", {0, trained.x.back()}, {gd, gd}, /*theory=*/true};
  return {fmt::format("Training one layer, {}", range_text(problem)),
          "step",
          "validation loss",
          /*log_x=*/false,
          /*log_y=*/false,
          {trained, descent},
          "Means over seeds. Dashed: one step of gradient descent with its best rate, on the same problems."};
}

template <std::size_t n>
Figure scale_figure(const std::vector<json>& measured, const char* name, const double (&scales)[n], std::string title,
                    std::string x_label) {
  const std::vector<double> x(std::begin(scales), std::end(scales));
  return {std::move(title),
          std::move(x_label),
          "loss",
          /*log_x=*/false,
          /*log_y=*/true,
          {{"trained layer", x, mean_numbers(measured, name, "trained")},
           {"one step of GD", x, mean_numbers(measured, name, "descent"), /*theory=*/true}},
          "Neither the layer nor the rate of GD was trained again. Means over seeds."};
}

// Losses above this are left out of the figure: diverging roll-outs would fill it.
constexpr double kLargestDrawn = 10;

std::vector<double> without_diverged(std::vector<double> losses) {
  std::replace_if(
      losses.begin(), losses.end(), [](double loss) { return !(loss <= kLargestDrawn); },
      std::numeric_limits<double>::quiet_NaN());
  return losses;
}

Figure rollout_figure(const std::vector<json>& measured) {
  const std::vector<double> x(std::begin(kRolloutSteps), std::end(kRolloutSteps));
  return {"The trained layer applied again and again",
          "applications",
          "loss",
          /*log_x=*/true,
          /*log_y=*/true,
          {{"whole updates", x, without_diverged(mean_numbers(measured, "full", "trained"))},
           {"GD, whole steps", x, without_diverged(mean_numbers(measured, "full", "descent")), /*theory=*/true},
           {fmt::format("{} of each update", kDamping), x, mean_numbers(measured, "damped", "trained")},
           {fmt::format("GD, {} of each step", kDamping), x, mean_numbers(measured, "damped", "descent"),
            /*theory=*/true}},
          "Only labels are updated. Losses above 10 are not drawn. Means over seeds."};
}

}  // namespace

void add_one_layer_figures(Results& results, const std::vector<json>& measured, const in_context::Regression& problem) {
  results.figures.push_back(training_figure(measured, problem));
  results.figures.push_back(scale_figure(measured, "inputs", kInputScales, "Wider inputs than in training",
                                         "width of the inputs, 1 = trained"));
  results.figures.push_back(
      scale_figure(measured, "weights", kWeightScales, "Larger tasks than in training", "scale of w, 1 = trained"));
  results.figures.push_back(rollout_figure(measured));
  const json& first = measured.front();
  const Products step = constructed(problem.inputs, number_field(first, "gd_rate"));
  const auto add_map = [&](const char* title, const at::Tensor& weights) {
    results.heat_maps.push_back(weight_map(title, weights, /*of_label=*/true));
  };
  const auto trained = [&](const char* name) { return square_blocks(numbers_field(first, name), 1)[0]; };
  add_map("W_KQ, trained and rescaled, seed 1", trained("key_query"));
  add_map("W_KQ of the construction", step.key_query);
  add_map("P W_V, trained and rescaled, seed 1", trained("projected_value"));
  add_map("P W_V of the construction", step.projected_value);
}

}  // namespace prenorm::papers::icl_gradient_descent
