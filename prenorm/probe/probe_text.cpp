#include "prenorm/probe/probe_text.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/base/json_number.h"
#include "prenorm/config/layers_text.h"
#include "prenorm/probe/probe_summary.h"
#include "prenorm/probe/trainability_text.h"

namespace prenorm::probe {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const Estimate& e) {
  return {{"mean", e.mean}, {"ci95_half_width", e.half_width_95}, {"n", e.count}};
}

ordered_json interval_or_null(const std::optional<Interval>& i) {
  return i ? ordered_json{i->low, i->high} : ordered_json();
}

ordered_json to_json(const LayerGradient& g) {
  return {{"stack", enum_name(g.stack)},
          {"layer", g.layer},
          {"norm_of_mean_gradient", to_json(g.norm_of_mean)},
          {"mean_gradient_norm", to_json(g.mean_of_norms)},
          {"over_last", g.over_last},
          {"predicted_over_last", interval_or_null(g.predicted_over_last)},
          {"recursion_over_last", or_null(g.recursion_over_last)}};
}

ordered_json to_json(const StateSummary& s) {
  return {{"point", s.point},
          {"mean_squared_norm_over_d", to_json(s.squared_norm_over_d)},
          {"predicted", interval_or_null(s.predicted)},
          {"share_off_by_10_percent", s.share_off_by_10_percent},
          {"share_off_by_20_percent", s.share_off_by_20_percent},
          {"layer_norm_jacobian_scale_mean", s.jacobian_scale},
          {"mean_cosine", to_json(s.cosine)},
          {"recursion_squared_norm_over_d", or_null(s.recursion_squared_norm_over_d)},
          {"recursion_cosine", or_null(s.recursion_cosine)}};
}

ordered_json parameters_json(const std::vector<Measurement>& seeds) {
  auto list = ordered_json::array();
  for (std::size_t i = 0; i < seeds.front().gradients.size(); ++i)
    list.push_back(
        {{"name", seeds.front().gradients[i].parameter},
         {"norm_of_mean_gradient", to_json(over_seeds(seeds, [i](auto& m) { return m.gradients[i].norm_of_mean; }))},
         {"mean_gradient_norm", to_json(over_seeds(seeds, [i](auto& m) { return m.gradients[i].mean_of_norms; }))}});
  return list;
}

ordered_json attention_json(const std::vector<Measurement>& seeds) {
  auto list = ordered_json::array();
  for (std::size_t i = 0; i < seeds.front().attention.size(); ++i)
    list.push_back({{"point", seeds.front().attention[i].point},
                    {"entropy_over_uniform_mean",
                     to_json(over_seeds(seeds, [i](auto& m) { return m.attention[i].entropy_over_uniform; }))}});
  return list;
}

ordered_json size_json(const ModelConfig& model) {
  return {{"norm_placement", enum_name(model.norm_placement)},
          {"encoder_layers", model.encoder_layers},
          {"decoder_layers", model.decoder_layers},
          {"d_model", model.d_model},
          {"d_ff", model.d_ff},
          {"num_heads", model.num_heads}};
}

ordered_json to_json(const ProbedModel& probed) {
  const ModelSummary summary = summarize(probed);
  ordered_json json = size_json(probed.model);
  json["loss_nats_per_token"] = to_json(summary.loss_nats_per_token);
  for (const LayerGradient& g : summary.layers) json["w2_gradients"].push_back(to_json(g));
  for (const StateSummary& s : summary.states) json["states"].push_back(to_json(s));
  if (!summary.recursion_verdicts.empty()) json["recursion"] = recursion_json(summary.recursion_verdicts);
  json["attention"] = attention_json(probed.seeds);
  json["parameters"] = parameters_json(probed.seeds);
  return json;
}

ordered_json to_json(const Fit& f) {
  return {{"quantity", "last layer's W2 gradient, mean of norms"},
          {"against", f.against},
          {"norm_placement", enum_name(f.placement)},
          {f.against == "layers" ? "d_model" : "layers", f.other},
          {"exponent", to_json(f.exponent)},
          {"predicted", or_null(f.predicted)},
          {"tolerance", Fit::kTolerance},
          {"pass", or_null(f.pass())}};
}

std::string text(const Estimate& e) {
  return e.count > 1 ? fmt::format("{:.4g} ± {:.2g}", e.mean, e.half_width_95) : fmt::format("{:.4g}", e.mean);
}
std::string text(const std::optional<double>& value) { return value ? fmt::format("{:.3g}", *value) : "-"; }
std::string text(const std::optional<Interval>& i) {
  if (!i) return "-";
  return i->low == i->high ? fmt::format("{:.3g}", i->low) : fmt::format("{:.3g} to {:.3g}", i->low, i->high);
}

std::optional<double> cosine_of(const StateSummary& state) {
  return std::isfinite(state.cosine.mean) ? std::optional(state.cosine.mean) : std::nullopt;
}

const StateSummary* state_at(const std::string& point, const ModelSummary& s) {
  for (const StateSummary& state : s.states)
    if (state.point == point) return &state;
  return nullptr;
}

std::string layer_table(const ModelSummary& s) {
  std::string out = fmt::format("{}\n{:<12} {:>18} {:>18} {:>7} {:>14} {:>9} {:>16} {:>14} {:>6} {:>7} {:>9}\n",
                                name_of(s.model), "layer", "|mean dL/dW2|", "mean |dL/dW2|", "/ last", "predicted",
                                "recursion", "|x|^2/d", "predicted", "|J_LN|", "cosine", "recursion");
  for (const LayerGradient& g : s.layers) {
    const StateSummary* state = state_at(state_of(s.model, g.stack, g.layer), s);
    const StateSummary* end = state_at(output_of(g.stack, g.layer), s);
    out += fmt::format("{:<12} {:>18} {:>18} {:>7.3g} {:>14} {:>9} {:>16} {:>14} {:>6} {:>7} {:>9}\n",
                       fmt::format("{} {}", enum_name(g.stack), g.layer + 1), text(g.norm_of_mean),
                       text(g.mean_of_norms), g.over_last, text(g.predicted_over_last), text(g.recursion_over_last),
                       state ? text(state->squared_norm_over_d) : "-", state ? text(state->predicted) : "-",
                       state ? fmt::format("{:.3g}", state->jacobian_scale) : "-", end ? text(cosine_of(*end)) : "-",
                       end ? text(end->recursion_cosine) : "-");
  }
  for (const StackVerdict& v : s.recursion_verdicts) out += "recursion, " + to_text(v) + "\n";
  return out + "\n";
}

std::string model_line(const ProbedModel& probed) {
  const std::string w2 = last_w2(probed.model);
  return fmt::format("{:<40} {:>18} {:>18} {:>16}\n", name_of(probed.model),
                     text(over_seeds(probed.seeds, [&](auto& m) { return m.gradient(w2).norm_of_mean; })),
                     text(over_seeds(probed.seeds, [&](auto& m) { return m.gradient(w2).mean_of_norms; })),
                     text(over_seeds(probed.seeds, [&](auto& m) { return last_state(probed.model, m); })));
}

std::string verdict(const std::optional<bool>& pass) { return !pass ? "-" : *pass ? "pass" : "FAIL"; }

std::string comparison(const Probe& probe) {
  std::string out =
      fmt::format("last layer's W2 {:<24} {:>18} {:>18} {:>16}\n", "", "|mean dL/dW2|", "mean |dL/dW2|", "|x|^2/d");
  for (const ProbedModel& probed : probe.models) out += model_line(probed);
  if (const auto fits = fit_exponents(probe); !fits.empty()) {
    out += fmt::format("\n{:<44} {:>15} {:>10}\n", "exponent of mean |dL/dW2|", "measured", "predicted");
    for (const Fit& f : fits)
      out += fmt::format("{:<44} {:>15} {:>10}  {}\n",
                         fmt::format("{}, in {}, {} {}", enum_name(f.placement), f.against,
                                     f.against == "layers" ? "d_model" : "layers", f.other),
                         text(f.exponent), text(f.predicted), verdict(f.pass()));
  }
  if (const auto ratios = pre_over_post(probe); !ratios.empty()) {
    out += fmt::format("\n{:<44} {:>15} {:>10}\n", "pre_ln over post_ln", "measured", "predicted");
    for (const Ratio& r : ratios)
      out += fmt::format("{:<44} {:>15.3g} {:>10.3g}\n", fmt::format("{} layers, d_model {}", r.layers, r.d_model),
                         r.measured, r.predicted);
  }
  return out;
}

}  // namespace

std::string name_of(const ModelConfig& m) {
  return fmt::format("{}, {} layers, d_model {}", enum_name(m.norm_placement),
                     layers_text(m.encoder_layers, m.decoder_layers), m.d_model);
}

ordered_json to_json(const Probe& probe) {
  ordered_json json{{"where", probe.where}, {"simplified", probe.simplified}, {"batches_of_each_seed", probe.batches}};
  for (const ProbedModel& probed : probe.models) json["models"].push_back(to_json(probed));
  json["exponents"] = ordered_json::array();
  for (const Fit& f : fit_exponents(probe)) json["exponents"].push_back(to_json(f));
  json["pre_over_post"] = ordered_json::array();
  for (const Ratio& r : pre_over_post(probe))
    json["pre_over_post"].push_back(
        {{"layers", r.layers}, {"d_model", r.d_model}, {"measured", r.measured}, {"predicted", r.predicted}});
  return json;
}

std::string report_of(const Probe& probe) {
  std::string out = fmt::format("{}; seeds: {}, batches of each: {}; ± is the 95 % confidence interval over seeds\n\n",
                                probe.where, probe.models.front().seeds.size(), probe.batches);
  bool several = false;
  for (const ProbedModel& m : probe.models)
    several |= output_layers(m.model) != output_layers(probe.models.front().model) ||
               m.model.d_model != probe.models.front().model.d_model;
  if (!several)
    for (const ProbedModel& m : probe.models) out += layer_table(summarize(m));
  if (probe.models.size() > 1) out += comparison(probe);
  return out;
}

}  // namespace prenorm::probe
