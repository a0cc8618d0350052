#include "prenorm/pages/probe_sections.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <set>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/json_number.h"
#include "prenorm/config/layers_text.h"
#include "prenorm/html/axis.h"
#include "prenorm/pages/run_sections.h"

namespace prenorm::pages {
namespace {

using nlohmann::json;

std::int64_t count(const json& object, const char* key) {
  return object.contains(key) ? whole_number(object[key], key) : 0;
}

// {"mean": ..., "ci95_half_width": ..., "n": ...}
double mean_of(const json& object, const char* key) {
  return object.contains(key) && object[key].is_object() ? number_or_nan(object[key], "mean") : NAN;
}

std::string value_text(double value) { return std::isnan(value) ? "–" : html::format_value(value); }

std::string estimate_text(const json& estimate) {
  const double mean = number_or_nan(estimate, "mean"), half = number_or_nan(estimate, "ci95_half_width");
  const bool several = number_or_nan(estimate, "n") > 1;
  return several ? fmt::format("{} ± {}", value_text(mean), value_text(half)) : value_text(mean);
}

std::string interval_text(const json& interval) {
  if (interval.is_number()) return value_text(interval.get<double>());
  if (!interval.is_array() || interval.size() != 2) return "–";
  const auto bound = [](const json& b, const char* open) { return b.is_number() ? value_text(b.get<double>()) : open; };
  if (interval[0] == interval[1]) return bound(interval[0], "–");
  return fmt::format("{} to {}", bound(interval[0], "−∞"), bound(interval[1], "∞"));
}

std::string verdict(const json& object) {
  if (!object.contains("pass") || !object["pass"].is_boolean()) return "–";
  return object["pass"].get<bool>() ? "pass" : "fails";
}

std::string model_name(const json& model) {
  return fmt::format("{}, {} layers, width {}", model.value("norm_placement", "?"),
                     layers_text(count(model, "encoder_layers"), count(model, "decoder_layers")),
                     count(model, "d_model"));
}

html::Chart gradient_chart(const json& models) {
  html::Chart chart;
  chart.title = "Gradient of each layer";
  chart.x_label = "layer, from the input: encoder, then decoder";
  chart.y_label = "L2 norm of the mean gradient of W2";
  chart.log_y = true;
  chart.note = "Dashed: range predicted by the theory from the last layer's gradient.";
  // With more models, their own lines are enough.
  const bool theory = models.size() <= 4;
  std::size_t look = 0;
  for (const json& model : models) {
    const std::string name = model_name(model);
    html::Series measured{name, {}, {}}, low{name + ", theory, at least", {}, {}, true},
        high{name + ", theory, at most", {}, {}, true};
    for (html::Series* s : {&measured, &low, &high}) s->look = look;
    ++look;
    std::map<std::string, double> last;
    for (const json& g : model.at("w2_gradients")) last[g.value("stack", "")] = mean_of(g, "norm_of_mean_gradient");
    double place = 0;
    for (const json& g : model.at("w2_gradients")) {
      ++place;
      const double top = last[g.value("stack", "")];
      const json predicted = g.value("predicted_over_last", json());
      const bool known = predicted.is_array() && predicted.size() == 2;
      for (html::Series* s : {&measured, &low, &high}) s->x.push_back(place);
      measured.y.push_back(mean_of(g, "norm_of_mean_gradient"));
      low.y.push_back(known ? top * predicted[0].get<double>() : NAN);
      high.y.push_back(known ? top * predicted[1].get<double>() : NAN);
    }
    chart.series.push_back(std::move(measured));
    if (!theory) continue;
    chart.series.push_back(std::move(low));
    chart.series.push_back(std::move(high));
  }
  if (!theory) chart.note.clear();
  return chart;
}

// ‖x‖²/d of the output of each sublayer (or the input of its LayerNorm), in the order of computation.
html::Chart state_chart(const json& models) {
  html::Chart chart;
  chart.title = "Hidden states";
  chart.x_label = "sublayer, in the order of computation";
  chart.y_label = "mean of |x|²/d";
  chart.note =
      "Only points for which the theory has a number: the input of each LayerNorm under Post-LN, the output of each "
      "sublayer under Pre-LN.";
  std::size_t look = 0;
  for (const json& model : models) {
    html::Series series{model_name(model), {}, {}};
    series.look = look++;
    for (const json& state : model.value("states", json::array())) {
      if (state.value("predicted", json()).is_null()) continue;
      series.x.push_back(static_cast<double>(series.x.size() + 1));
      series.y.push_back(mean_of(state, "mean_squared_norm_over_d"));
    }
    if (!series.x.empty()) chart.series.push_back(std::move(series));
  }
  return chart;
}

html::Table layer_table(const json& models) {
  html::Table table{{"layer", "model", "norm of the mean gradient", "mean of norms", "over the last", "predicted"},
                    {},
                    "W2 gradients by layer"};
  for (const json& model : models)
    for (const json& g : model.at("w2_gradients"))
      table.rows.push_back({fmt::format("{} {}", g.value("stack", "?"), count(g, "layer") + 1), model_name(model),
                            estimate_text(g.value("norm_of_mean_gradient", json::object())),
                            estimate_text(g.value("mean_gradient_norm", json::object())),
                            value_text(number_or_nan(g, "over_last")),
                            interval_text(g.value("predicted_over_last", json()))});
  return table;
}

html::Table exponent_table(const json& exponents) {
  html::Table table{{"placement", "grows with", "at", "exponent", "predicted", "tolerance", "verdict"},
                    {},
                    "Exponents of the last layer's gradient"};
  for (const json& e : exponents) {
    const bool layers = e.value("against", "") == "layers";
    table.rows.push_back(
        {e.value("norm_placement", "?"), layers ? "layers" : "d_model",
         layers ? fmt::format("d_model {}", count(e, "d_model")) : fmt::format("{} layers", count(e, "layers")),
         estimate_text(e.value("exponent", json::object())), interval_text(e.value("predicted", json())),
         value_text(number_or_nan(e, "tolerance")), verdict(e)});
  }
  return table;
}

html::Table ratio_table(const json& ratios) {
  html::Table table{{"model", "measured", "predicted"}, {}, "Last layer's gradient, Pre-LN over Post-LN"};
  for (const json& r : ratios)
    table.rows.push_back({fmt::format("{} layers, d_model {}", count(r, "layers"), count(r, "d_model")),
                          value_text(number_or_nan(r, "measured")), value_text(number_or_nan(r, "predicted"))});
  return table;
}

html::Definitions probe_definitions(const json& probe) {
  return {{{"where",
            fmt::format("{}{}; {} batches per seed, dropout off.", probe.value("where", ""),
                        probe.value("simplified", false) ? ", use the simplified setting of the paper's theory" : "",
                        count(probe, "batches_of_each_seed"))},
           {"norm of the mean gradient",
            "Frobenius norm of the gradient of W2 (the second feed-forward matrix), averaged over the batches: "
            "‖E[∂L/∂W2]‖, which the paper plots. L is the mean loss in nats per target token."},
           {"mean of norms", "E‖∂L/∂W2‖ over the batches."},
           {"± ", "half the width of the 95 % confidence interval over seeds, by Student's t."},
           {"predicted",
            "from the measured states, by the mechanism of Theorem 1 of Xiong et al. 2020 (docs/probe.md): the "
            "interval reaches from gradients that cancel in attention to gradients that add up."}}};
}

// The file may contain anything.
template <class Make>
html::Section made_of(const Printed& printed, const char* command, const Make& make) {
  try {
    return make();
  } catch (const json::exception&) {
  } catch (const JsonError&) {
  }
  throw_error<DataError>("{}: is not output of `{}`; run that command again", printed.path.string(), command);
}

}  // namespace

html::Section probe_section(const Printed& printed) {
  return made_of(printed, "prenorm probe --json", [&] {
    const json& models = printed.json.at("models");
    html::Section section{fmt::format("Probe: {}", printed.path.stem().string()), {}};
    section.blocks.emplace_back(gradient_chart(models));
    if (html::Chart states = state_chart(models); !states.series.empty())
      section.blocks.emplace_back(std::move(states));
    if (const json& e = printed.json.at("exponents"); !e.empty()) section.blocks.emplace_back(exponent_table(e));
    if (const json ratios = printed.json.value("pre_over_post", json::array()); !ratios.empty())
      section.blocks.emplace_back(ratio_table(ratios));
    section.blocks.emplace_back(layer_table(models));
    section.blocks.emplace_back(probe_definitions(printed.json));
    section.blocks.emplace_back(html::Preformatted{
        fmt::format("prenorm probe CONFIG.toml --json > {}\n", shell_word(printed.path.string())), "Measured by"});
    return section;
  });
}

html::Section theory_section(const Printed& printed) {
  return made_of(printed, "prenorm probe --theory --json", [&] {
    html::Table table{{"check", "width", "measured", "predicted", "accepted", "verdict"}, {}, "Checks of the theory"};
    html::Definitions meanings;
    std::set<std::string> named;
    std::size_t passed = 0;
    for (const json& c : printed.json.at("checks")) {
      const auto name = c.at("name").get<std::string>();
      table.rows.push_back({name, fmt::format("{}", count(c, "d_model")), value_text(number_or_nan(c, "measured")),
                            value_text(number_or_nan(c, "predicted")), interval_text(c.value("accepted", json())),
                            verdict(c)});
      passed += c.value("pass", false) ? 1 : 0;
      if (named.insert(name).second)
        meanings.terms.emplace_back(name, fmt::format("{} ({})", c.value("what", ""), c.value("source", "")));
    }
    html::Section section{fmt::format("Theory: {} of {} checks pass", passed, table.rows.size()), {}};
    section.blocks.emplace_back(std::move(table));
    section.blocks.emplace_back(std::move(meanings));
    section.blocks.emplace_back(html::Preformatted{
        fmt::format("prenorm probe --theory --json > {}\n", shell_word(printed.path.string())), "Checked by"});
    return section;
  });
}

}  // namespace prenorm::pages
