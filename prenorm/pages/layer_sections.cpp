#include "prenorm/pages/layer_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "prenorm/base/error.h"
#include "prenorm/html/axis.h"
#include "prenorm/probe/predictions.h"

namespace prenorm::pages {
namespace {

constexpr std::size_t kMostColumns = 120, kMostPanels = 6, kMostTheories = 4;

// The states of update 1 in the form that the predictions need.
probe::Measurement states_of(const RunMetrics& metrics) {
  probe::Measurement m;
  for (const auto& [point, rms] : metrics.first_sizes) {
    probe::StateFigures state{};
    state.point = point;
    state.squared_norm_over_d = rms * rms;
    m.states.push_back(std::move(state));
  }
  return m;
}

// Of each layer of a stack over that of its last; empty where the run did not log what it takes.
std::vector<Interval> predicted(const Run& run, const ModelConfig& model, Stack stack) {
  try {
    return predict_gradient_profile(model, stack, states_of(run.metrics()));
  } catch (const Error&) {
    return {};
  }
}

struct FirstLayers {
  html::Series measured, low, high;
};

FirstLayers first_layers(const Run& run) {
  const auto series = [&](const std::string& name, bool dashed) {
    return html::Series{name, {}, {}, dashed, run.id(), run.look()};
  };
  FirstLayers f{series(run.name(), false), series(run.name() + ", theory, at least", true),
                series(run.name() + ", theory, at most", true)};
  double place = 0;
  const ModelConfig model = model_of_task(*run.config());
  for (const Stack stack : kStacks) {
    const std::int64_t layers = layers_of(model, stack);
    const auto profile = predicted(run, model, stack);
    const auto norm = [&](std::int64_t layer) {
      const auto found = run.metrics().first_gradients.find(probe::w2_of(stack, layer));
      return found == run.metrics().first_gradients.end() ? NAN : found->second;
    };
    for (std::int64_t layer = 0; layer < layers; ++layer) {
      const bool known = static_cast<std::int64_t>(profile.size()) == layers;
      const double top = norm(layers - 1);
      for (html::Series* s : {&f.measured, &f.low, &f.high}) s->x.push_back(place + 1);
      f.measured.y.push_back(norm(layer));
      f.low.y.push_back(known ? top * profile[static_cast<std::size_t>(layer)].low : NAN);
      f.high.y.push_back(known ? top * profile[static_cast<std::size_t>(layer)].high : NAN);
      ++place;
    }
  }
  return f;
}

bool any_value(const html::Series& s) {
  return std::any_of(s.y.begin(), s.y.end(), [](double y) { return std::isfinite(y); });
}

std::vector<html::Block> at_first(const Runs& runs) {
  html::Chart chart;
  chart.title = "Gradient of each layer at update 1";
  chart.x_label = "layer, from the input: encoder, then decoder";
  chart.y_label = "L2 norm of the gradient of feed_forward.down.weight";
  chart.log_y = true;
  chart.note =
      "First batch, with dropout, before clipping and any update. Under Post-LN the decoder's gradients grow towards "
      "the output, under Pre-LN they are even (Xiong et al. 2020, Theorem 1).";
  std::size_t with_theory = 0;
  for (const Run* run : runs) {
    if (!run->config() || run->metrics().first_gradients.empty() || chart.series.size() >= kMostCurves) continue;
    FirstLayers f = first_layers(*run);
    if (!any_value(f.measured)) continue;
    chart.series.push_back(std::move(f.measured));
    if (!any_value(f.low) || runs.size() > kMostTheories) continue;
    ++with_theory;
    chart.series.push_back(std::move(f.low));
    chart.series.push_back(std::move(f.high));
  }
  if (chart.series.empty()) return {};
  if (with_theory > 0)
    chart.note +=
        " Dashed: range predicted by the theory, from the last layer's measured gradient and the measured hidden "
        "states.";
  return {std::move(chart)};
}

// The steps of all runs, so that panels share an axis; every n-th if there are too many.
std::vector<double> columns_of(const Runs& runs) {
  std::set<double> all;
  for (const Run* run : runs)
    for (const Observation& o : run->metrics().observations) all.insert(o.step);
  std::vector<double> steps(all.begin(), all.end());
  const std::size_t stride = (steps.size() + kMostColumns - 1) / kMostColumns;
  std::vector<double> kept;
  for (std::size_t i = 0; i < steps.size(); i += std::max<std::size_t>(1, stride)) kept.push_back(steps[i]);
  return kept;
}

// The most recent observation at each step; nothing after the run's last one.
html::HeatPanel panel_of(const Run& run, const std::vector<double>& steps, const std::set<Layer>& layers) {
  html::HeatPanel panel{run.name(), {}};
  const auto& seen = run.metrics().observations;
  for (const Layer& layer : layers) {
    std::size_t i = 0;
    for (const double step : steps) {
      while (i + 1 < seen.size() && seen[i + 1].step <= step) ++i;
      const auto norm = seen[i].norms.find(layer);
      const bool over = step < seen.front().step || step > seen.back().step;
      panel.values.push_back(over || norm == seen[i].norms.end() ? NAN : norm->second);
    }
  }
  return panel;
}

std::vector<html::Block> over_training(const Runs& all) {
  Runs runs;
  for (const Run* run : all)
    if (run->metrics().observations.size() > 1 && runs.size() < kMostPanels) runs.push_back(run);
  if (runs.empty()) return {};
  std::set<Layer> layers;
  for (const Run* run : runs)
    for (const Observation& o : run->metrics().observations)
      for (const auto& [layer, norm] : o.norms) layers.insert(layer);
  if (layers.empty()) return {};
  const std::vector<double> steps = columns_of(runs);
  html::HeatMap map;
  map.title = "Gradient norm of each layer over training";
  map.x_label = "update";
  map.y_label = "layer";
  map.value_label = "L2 norm over all parameters of the layer";
  map.log = true;
  for (const double step : steps) map.x.push_back(html::format_value(step));
  for (const Layer& layer : layers) map.y.push_back(name_of(layer));
  for (const Run* run : runs) map.panels.push_back(panel_of(*run, steps, layers));
  map.note = "Gradient of the mean loss of one batch, before clipping, every train.observe_every updates.";
  if (all.size() > runs.size()) map.note += fmt::format(" Shown: the first {} runs that logged it.", runs.size());
  return {std::move(map)};
}

}  // namespace

std::vector<html::Block> layer_blocks(const Runs& runs) {
  std::vector<html::Block> blocks = at_first(runs);
  for (html::Block& block : over_training(runs)) blocks.push_back(std::move(block));
  return blocks;
}

}  // namespace prenorm::pages
