#include "prenorm/pages/probe_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/config/layers_text.h"
#include "prenorm/html/axis.h"
#include "prenorm/pages/run_sections.h"
#include "prenorm/papers/xiong2020/theory.h"
#include "prenorm/probe/findings.h"

namespace prenorm::pages {
namespace {

using nlohmann::json;
using probe::LayerGradient;
using probe::ModelSummary;
using probe::StateSummary;

std::string value_text(double value) { return std::isnan(value) ? "–" : html::format_value(value); }
std::string value_text(const std::optional<double>& value) { return value ? value_text(*value) : "–"; }

std::string estimate_text(const Estimate& e) {
  return e.count > 1 ? fmt::format("{} ± {}", value_text(e.mean), value_text(e.half_width_95)) : value_text(e.mean);
}

std::string interval_text(const Interval& i) {
  const auto bound = [](double b) { return std::isinf(b) ? (b < 0 ? "−∞" : "∞") : value_text(b); };
  return i.low == i.high ? value_text(i.low) : fmt::format("{} to {}", bound(i.low), bound(i.high));
}
std::string interval_text(const std::optional<Interval>& i) { return i ? interval_text(*i) : "–"; }

std::string verdict(const std::optional<bool>& pass) { return !pass ? "–" : *pass ? "pass" : "fails"; }

std::string model_name(const ModelConfig& model) {
  return fmt::format("{}, {} layers, width {}", enum_name(model.norm_placement),
                     layers_text(model.encoder_layers, model.decoder_layers), model.d_model);
}

html::Chart gradient_chart(const std::vector<ModelSummary>& models) {
  html::Chart chart;
  chart.title = "Gradient of each layer";
  chart.x_label = "layer, from the input: encoder, then decoder";
  chart.y_label = "L2 norm of the mean gradient of W2";
  chart.log_y = true;
  chart.note =
      "Dashed: range predicted by the theory from the last layer's gradient, and the recursion of signal and gradient.";
  // With more models, their own lines are enough.
  const bool theory = models.size() <= 4;
  std::size_t look = 0;
  for (const ModelSummary& summary : models) {
    const std::string name = model_name(summary.model);
    html::Series measured{name, {}, {}}, low{name + ", theory, at least", {}, {}, true},
        high{name + ", theory, at most", {}, {}, true}, recursion{name + ", recursion", {}, {}, true};
    for (html::Series* s : {&measured, &low, &high, &recursion}) s->look = look;
    ++look;
    std::map<Stack, double> last;
    for (const LayerGradient& g : summary.layers) last[g.stack] = g.norm_of_mean.mean;
    double place = 0;
    for (const LayerGradient& g : summary.layers) {
      ++place;
      const Interval predicted = g.predicted_over_last.value_or(Interval{NAN, NAN});
      for (html::Series* s : {&measured, &low, &high, &recursion}) s->x.push_back(place);
      measured.y.push_back(g.norm_of_mean.mean);
      low.y.push_back(last[g.stack] * predicted.low);
      high.y.push_back(last[g.stack] * predicted.high);
      recursion.y.push_back(last[g.stack] * g.recursion_over_last.value_or(NAN));
    }
    chart.series.push_back(std::move(measured));
    if (!theory) continue;
    chart.series.push_back(std::move(low));
    chart.series.push_back(std::move(high));
    if (!std::all_of(recursion.y.begin(), recursion.y.end(), [](double y) { return std::isnan(y); }))
      chart.series.push_back(std::move(recursion));
  }
  if (!theory) chart.note.clear();
  return chart;
}

// ‖x‖²/d of the output of each sublayer (or the input of its LayerNorm), in the order of computation.
html::Chart state_chart(const std::vector<ModelSummary>& models) {
  html::Chart chart;
  chart.title = "Hidden states";
  chart.x_label = "sublayer, in the order of computation";
  chart.y_label = "mean of |x|²/d";
  chart.note =
      "Only points for which the theory has a number: the input of each LayerNorm under Post-LN, the output of each "
      "sublayer under Pre-LN.";
  std::size_t look = 0;
  for (const ModelSummary& summary : models) {
    html::Series series{model_name(summary.model), {}, {}};
    series.look = look++;
    for (const StateSummary& state : summary.states) {
      if (!state.predicted) continue;
      series.x.push_back(static_cast<double>(series.x.size() + 1));
      series.y.push_back(state.squared_norm_over_d.mean);
    }
    if (!series.x.empty()) chart.series.push_back(std::move(series));
  }
  return chart;
}

// The cosine between tokens of a sequence at the output of each sublayer.
html::Chart cosine_chart(const std::vector<ModelSummary>& models) {
  html::Chart chart;
  chart.title = "Cosine between tokens";
  chart.x_label = "sublayer, in the order of computation";
  chart.y_label = "mean cosine of two tokens of a sequence";
  chart.note = "Dashed: the recursion of signal and gradient, from the states of the embeddings.";
  std::size_t look = 0;
  for (const ModelSummary& summary : models) {
    html::Series measured{model_name(summary.model), {}, {}}, recursion{measured.name + ", recursion", {}, {}, true};
    measured.look = recursion.look = look++;
    for (const StateSummary& state : summary.states) {
      if (!state.recursion_cosine || std::isnan(state.cosine.mean)) continue;
      for (html::Series* s : {&measured, &recursion}) s->x.push_back(static_cast<double>(s->x.size() + 1));
      measured.y.push_back(state.cosine.mean);
      recursion.y.push_back(*state.recursion_cosine);
    }
    if (measured.x.empty()) continue;
    chart.series.push_back(std::move(measured));
    chart.series.push_back(std::move(recursion));
  }
  return chart;
}

html::Table verdict_table(const std::vector<ModelSummary>& models) {
  html::Table table{
      {"model", "stack", "verdict", "cosine at its end", "score variance over critical", "first gradient over last"},
      {},
      "Verdict of the recursion"};
  for (const ModelSummary& summary : models)
    for (const probe::StackVerdict& v : summary.recursion_verdicts)
      table.rows.push_back({model_name(summary.model), std::string(enum_name(v.stack)),
                            std::string(enum_name(v.verdict)), value_text(v.cosine), value_text(v.score_variance_ratio),
                            value_text(v.gradient_ratio)});
  return table;
}

html::Table layer_table(const std::vector<ModelSummary>& models) {
  html::Table table{
      {"layer", "model", "norm of the mean gradient", "mean of norms", "over the last", "predicted", "recursion"},
      {},
      "W2 gradients by layer"};
  for (const ModelSummary& summary : models)
    for (const LayerGradient& g : summary.layers)
      table.rows.push_back({fmt::format("{} {}", enum_name(g.stack), g.layer + 1), model_name(summary.model),
                            estimate_text(g.norm_of_mean), estimate_text(g.mean_of_norms), value_text(g.over_last),
                            interval_text(g.predicted_over_last), value_text(g.recursion_over_last)});
  return table;
}

html::Table exponent_table(const std::vector<probe::Fit>& fits) {
  html::Table table{{"placement", "grows with", "at", "exponent", "predicted", "tolerance", "verdict"},
                    {},
                    "Exponents of the last layer's gradient"};
  for (const probe::Fit& f : fits)
    table.rows.push_back(
        {std::string(enum_name(f.placement)), std::string(f.against),
         f.against == "layers" ? fmt::format("d_model {}", f.other) : fmt::format("{} layers", f.other),
         estimate_text(f.exponent), value_text(f.predicted), value_text(probe::Fit::kTolerance), verdict(f.pass())});
  return table;
}

html::Table ratio_table(const std::vector<probe::Ratio>& ratios) {
  html::Table table{{"model", "measured", "predicted"}, {}, "Last layer's gradient, Pre-LN over Post-LN"};
  for (const probe::Ratio& r : ratios)
    table.rows.push_back(
        {fmt::format("{} layers, d_model {}", r.layers, r.d_model), value_text(r.measured), value_text(r.predicted)});
  return table;
}

html::Definitions probe_definitions(const probe::Findings& found) {
  return {
      {{"where", fmt::format("{}{}; {} batches per seed, dropout off.", found.where,
                             found.simplified ? ", use the simplified setting of the paper's theory" : "",
                             found.batches_of_each_seed)},
       {"norm of the mean gradient",
        "Frobenius norm of the gradient of W2 (the second feed-forward matrix), averaged over the batches: "
        "‖E[∂L/∂W2]‖, which the paper plots. L is the mean loss in nats per target token."},
       {"mean of norms", "E‖∂L/∂W2‖ over the batches."},
       {"± ", "half the width of the 95 % confidence interval over seeds, by Student's t."},
       {"predicted",
        "from the measured states, by the mechanism of Theorem 1 of Xiong et al. 2020 (docs/probe.md): the "
        "interval reaches from gradients that cancel in attention to gradients that add up."},
       {"recursion",
        "from the configuration and the states of the embeddings alone, by the theory of wide layers of Giorlandino "
        "& Goldt 2026 (docs/probe.md)."}}};
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
    const probe::Findings found = probe::findings_from_json(printed.json);
    html::Section section{fmt::format("Probe: {}", printed.path.stem().string()), {}};
    section.blocks.emplace_back(gradient_chart(found.models));
    if (html::Chart states = state_chart(found.models); !states.series.empty())
      section.blocks.emplace_back(std::move(states));
    if (html::Chart cosines = cosine_chart(found.models); !cosines.series.empty())
      section.blocks.emplace_back(std::move(cosines));
    if (html::Table verdicts = verdict_table(found.models); !verdicts.rows.empty())
      section.blocks.emplace_back(std::move(verdicts));
    if (!found.fits.empty()) section.blocks.emplace_back(exponent_table(found.fits));
    if (!found.ratios.empty()) section.blocks.emplace_back(ratio_table(found.ratios));
    section.blocks.emplace_back(layer_table(found.models));
    section.blocks.emplace_back(probe_definitions(found));
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
    for (const papers::Check& c : papers::xiong2020::theory_from_json(printed.json.at("checks"))) {
      table.rows.push_back({c.name, fmt::format("{:g}", c.setting.front().second), value_text(c.measured),
                            value_text(c.predicted), interval_text(c.accepted), verdict(c.pass())});
      passed += c.pass();
      if (named.insert(c.name).second) meanings.terms.emplace_back(c.name, fmt::format("{} ({})", c.what, c.source));
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
