#include "prenorm/papers/icl_gradient_descent/deep_figures.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "prenorm/papers/icl_gradient_descent/deep_results.h"
#include "prenorm/papers/icl_gradient_descent/seed_means.h"
#include "prenorm/papers/icl_gradient_descent/weight_map.h"
#include "prenorm/papers/icl_gradient_descent/weights.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::icl_gradient_descent {
namespace {

using in_context::TokenNorm;
using nlohmann::json;

Curve loss_curve(const Studies& measured, const std::string& study) {
  const std::vector<json>& seeds = measured.at(study);
  return {study, numbers_field(seeds.front(), "step"), mean_numbers(seeds, "loss")};
}

Curve level(const Curve& beside, std::string name, double value) {
  return {std::move(name), {beside.x.front(), beside.x.back()}, {value, value}, /*theory=*/true};
}

Figure depth_figure(const Studies& measured) {
  const std::vector<json>& two = measured.at("2 layers, tied");
  Figure figure{"Deeper networks",
                "step",
                "validation loss",
                /*log_x=*/false,
                /*log_y=*/true,
                {loss_curve(measured, "2 layers, tied")},
                "Means over seeds. Dashed: two steps of GD++ with fitted rates."};
  figure.curves.push_back(level(figure.curves.front(), "2 steps of GD++", mean_number(two, "gdpp_loss")));
  for (const char* study : {"10 layers, tied", "5 layers, untied"})
    if (measured.contains(study)) figure.curves.push_back(loss_curve(measured, study));
  return figure;
}

Figure softmax_figure(const Studies& measured) {
  Curve linear = loss_curve(measured, "one layer");
  linear.name = "1 linear head";
  const Curve gd = level(linear, "one step of GD", mean_number(measured.at("one layer"), "gd_loss"));
  return {
      "Softmax heads",    "step",
      "validation loss",
      /*log_x=*/false,
      /*log_y=*/false,    {linear, gd, loss_curve(measured, "1 softmax head"), loss_curve(measured, "2 softmax heads")},
      "Means over seeds."};
}

Figure gamma_figure(const Studies& measured) {
  const std::vector<json>& ten = measured.at("2 layers, tied");
  Curve trained{"2 layers, tied", {10}, {mean_number(ten, "gamma")}}, fitted{"GD++", {10}, {}, /*theory=*/true};
  const auto fitted_gamma = [](const std::vector<json>& seeds) { return mean_numbers(seeds, "gdpp_rates")[1]; };
  fitted.y.push_back(fitted_gamma(ten));
  for (const LongContext& context : kLongContexts) {
    const std::vector<json>& seeds = measured.at(long_context_name(context.pairs));
    for (Curve* curve : {&trained, &fitted}) curve->x.push_back(static_cast<double>(context.pairs));
    trained.y.push_back(mean_number(seeds, "gamma"));
    fitted.y.push_back(fitted_gamma(seeds));
  }
  return {"How far a layer shrinks the inputs",
          "pairs",
          "γ",
          /*log_x=*/true,
          /*log_y=*/true,
          {trained, fitted},
          "Means over seeds. Dashed: two steps of GD++ with fitted rates."};
}

Figure task_set_figure(const Studies& measured) {
  Curve cosine{"trained layer", {}, {}};
  for (const std::int64_t tasks : kTaskSets) {
    const std::vector<json>& seeds = measured.at(task_set_name(tasks));
    cosine.x.push_back(static_cast<double>(tasks));
    cosine.y.push_back(mean_number(seeds, "cosine_to_gd"));
  }
  return {"Training on a fixed set of tasks",
          "tasks",
          "cosine to one step of GD",
          /*log_x=*/true,
          /*log_y=*/false,
          {cosine},
          "Full batches. The cosine is measured on fresh tasks; means over seeds."};
}

Figure copying_figure(const Studies& measured) {
  const std::vector<json>& seeds = measured.at("copying");
  const std::vector<double> step = numbers_field(seeds.front(), "step");
  return {"What the first layer reads when inputs and labels are separate tokens",
          "step",
          "norm of the mean gradient",
          /*log_x=*/false,
          /*log_y=*/false,
          {{"own token", step, mean_numbers(seeds, "own")},
           {"next token", step, mean_numbers(seeds, "next")},
           {"other tokens", step, mean_numbers(seeds, "others")}},
          "The sensitivity to the next token rises before the loss falls. Means over seeds."};
}

Figure copying_loss_figure(const Studies& measured) {
  Figure figure{"Separate tokens: the loss",
                "step",
                "validation loss",
                /*log_x=*/false,
                /*log_y=*/false,
                {loss_curve(measured, "copying")},
                "Means over seeds."};
  figure.curves.front().name = "two layers";
  figure.curves.push_back(
      level(figure.curves.front(), "one step of GD", mean_number(measured.at("one layer"), "gd_loss")));
  return figure;
}

Figure sine_figure(const Studies& measured) {
  const std::vector<json>& seeds = measured.at("sine");
  const std::vector<double> step = numbers_field(seeds.front(), "step");
  return {"Sine regression",
          "step",
          "validation loss",
          /*log_x=*/false,
          /*log_y=*/true,
          {{"MLP and one layer of attention", step, mean_numbers(seeds, "trained")},
           {"MLP and one fixed step of GD", step, mean_numbers(seeds, "control")}},
          "Means over seeds."};
}

// Before division by sqrt(token_size).
void add_softmax_maps(Results& results, const json& measured) {
  const at::Tensor blocks = square_blocks(numbers_field(measured, "label_blocks"), 2);
  const auto add = [&](const char* of, const at::Tensor& values) {
    results.heat_maps.push_back(
        weight_map(fmt::format("W_KQ times the weight of labels, {}, seed 1", of), values, /*of_label=*/false));
  };
  add("softmax head 1", blocks[0]);
  add("softmax head 2", blocks[1]);
  add("both softmax heads", blocks.sum(0));
}

HeatMap placement_map(const Studies& measured) {
  HeatMap map{"Where tokens are normalized, 2 untied layers",
              "measure",
              "norm",
              "value",
              {"loss", "cosine to GD", "cosine to GD++"},
              {},
              {},
              /*log=*/false,
              "Means over seeds, on fresh problems."};
  for (const auto& [norm, name] : EnumNames<TokenNorm>::values) {
    const std::vector<json>& seeds = measured.at(placement_name(norm));
    map.y.emplace_back(name);
    map.values.push_back(mean_numbers(seeds, "loss").back());
    map.values.push_back(mean_number(seeds, "cosine_to_gd"));
    map.values.push_back(mean_number(seeds, "cosine_to_gdpp"));
  }
  return map;
}

}  // namespace

void add_deep_figures(Results& results, const Studies& measured) {
  results.figures.push_back(depth_figure(measured));
  results.figures.push_back(softmax_figure(measured));
  add_softmax_maps(results, measured.at("2 softmax heads").front());
  if (measured.contains(long_context_name(kLongContexts[0].pairs))) results.figures.push_back(gamma_figure(measured));
  if (measured.contains(task_set_name(kTaskSets[0]))) results.figures.push_back(task_set_figure(measured));
  if (measured.contains("sine")) results.figures.push_back(sine_figure(measured));
  if (measured.contains("copying")) {
    results.figures.push_back(copying_loss_figure(measured));
    results.figures.push_back(copying_figure(measured));
  }
  if (measured.contains(placement_name(TokenNorm::kNone))) results.heat_maps.push_back(placement_map(measured));
}

}  // namespace prenorm::papers::icl_gradient_descent
