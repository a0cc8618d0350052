#include "prenorm/pages/noise_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "prenorm/html/axis.h"
#include "prenorm/html/decimate.h"
#include "prenorm/probe/noise_probe.h"

namespace prenorm::pages {
namespace {

html::Chart empty_noise_chart(const std::string& title) {
  html::Chart chart;
  chart.title = title;
  chart.x_label = "update";
  chart.y_label = "noise scale, examples";
  chart.log_y = true;
  return chart;
}

html::Series noise_series(const Run& run, std::string name, const NoiseCurve& curve, const std::vector<double>& y,
                          bool dashed = false) {
  return {std::move(name), curve.steps, y, dashed, run.id(), run.look()};
}

// What was measured as a whole, with its interval.
html::Chart chart_of_runs(const Runs& runs) {
  html::Chart chart = empty_noise_chart("Gradient noise scale");
  constexpr std::size_t kWithIntervals = 3;
  for (const Run* run : runs) {
    if (run->metrics().noise.empty() || chart.series.size() >= kMostCurves) continue;
    const NoiseCurve& curve = run->metrics().noise.back();
    const std::string name = curve.part == noise::kTotal ? run->name() : fmt::format("{}, {}", run->name(), curve.part);
    chart.series.push_back(noise_series(*run, name, curve, curve.scales));
    if (runs.size() > kWithIntervals) continue;
    chart.series.push_back(noise_series(*run, name + ", at least", curve, curve.lows, /*dashed=*/true));
    chart.series.push_back(noise_series(*run, name + ", at most", curve, curve.highs, /*dashed=*/true));
  }
  chart.note =
      "Ratio of two means over updates. Dashed: 95 % confidence interval; a line that breaks off has no bound there.";
  html::limit_points(chart);
  return chart;
}

html::Chart chart_of_groups(const Run& run) {
  html::Chart chart = empty_noise_chart(fmt::format("Gradient noise scale by group: {}", run.name()));
  for (const NoiseCurve& curve : run.metrics().noise)
    chart.series.push_back({curve.part, curve.steps, curve.scales, curve.part == noise::kTotal});
  html::limit_points(chart);
  return chart;
}

std::vector<std::string> cells_of(const noise::ScaleEstimate& scale) {
  return {scale.examples ? html::format_value(*scale.examples) : "–", html::format_value(scale.low),
          scale.high ? html::format_value(*scale.high) : "no upper bound"};
}

void add_rows(html::Table& table, const Run& run, const std::vector<noise::PartNoise>& parts) {
  const double tokens = run.metrics().last_noise->target_tokens_per_example;
  for (const noise::PartNoise& part : parts) {
    auto& row = table.rows.emplace_back(std::vector<std::string>{run.name(), part.part});
    for (std::string& cell : cells_of(part.scale)) row.push_back(std::move(cell));
    row.push_back(part.scale.examples ? html::format_value(*part.scale.examples * tokens) : "–");
    row.push_back(html::format_value(part.moments.gradient_square));
    row.push_back(html::format_value(part.moments.gradient_variance));
    table.runs.push_back(run.id());
  }
}

html::Definitions noise_definitions() {
  return {{{"noise scale",
            "tr Σ / ‖∇L‖² of the gradients of single examples before clipping, in examples: the size of batch at which "
            "the noise of a gradient is as large as the gradient. Both numbers are means over updates, of which the "
            "latest count most (train.noise_scale_smoothing); those of a probe count alike."},
           {"interval",
            "95 % confidence, Fieller's. No upper bound: ‖∇L‖² is not significantly above zero, so that more "
            "updates, or a longer mean, are needed."},
           {"total", "all parameters that train; without it only those of normalisations were measured."}}};
}

html::Table estimator_table(const std::string& title, const std::vector<noise::PartNoise>& by_example,
                            const std::vector<noise::PartNoise>& two_batch) {
  html::Table table{
      {"part", "by example", "at least", "at most", "two-batch", "at least", "at most", "‖∇L‖²", "tr Σ"}, {}, title};
  for (std::size_t i = 0; i < by_example.size(); ++i) {
    auto& row = table.rows.emplace_back(std::vector<std::string>{by_example[i].part});
    for (const noise::PartNoise* part : {&by_example[i], &two_batch[i]})
      for (std::string& cell : cells_of(part->scale)) row.push_back(std::move(cell));
    row.push_back(html::format_value(by_example[i].moments.gradient_square));
    row.push_back(html::format_value(by_example[i].moments.gradient_variance));
  }
  return table;
}

}  // namespace

html::Section noise_section(const Printed& printed) {
  try {
    const auto found = probe::noise_probe_from_json(nlohmann::ordered_json(printed.json));
    return {fmt::format("Noise scale: {}", printed.path.stem().string()),
            {html::Text{{fmt::format("{}, checkpoint {}: {} pairs of batches, {:.1f} examples in a pair, {:.1f} target "
                                     "tokens in an example, dropout off.",
                                     found.model, found.checkpoint, found.large_batches, found.examples,
                                     found.target_tokens_per_example)}},
             estimator_table("Noise scale by group, in examples", found.by_example.groups, found.two_batch.groups),
             estimator_table("Noise scale by layer, in examples", found.by_example.layers, found.two_batch.layers),
             noise_definitions()}};
  } catch (const DataError& error) {
    throw_error<DataError>("{}: is not output of `prenorm probe --noise-scale --json` ({}); run that command again",
                           printed.path.string(), error.what());
  }
}

std::string interval_text(const noise::ScaleEstimate& scale) {
  return scale.high ? fmt::format("95 %: {} to {}", html::format_value(scale.low), html::format_value(*scale.high))
                    : fmt::format("95 %: from {}, no upper bound", html::format_value(scale.low));
}

std::vector<html::Block> noise_blocks(const Runs& runs) {
  Runs measured;
  for (const Run* run : runs)
    if (run->metrics().last_noise && !run->metrics().noise.empty()) measured.push_back(run);
  if (measured.empty()) return {};
  std::vector<html::Block> blocks{chart_of_runs(measured)};
  if (measured.size() == 1 && measured.front()->metrics().noise.size() > 1)
    blocks.emplace_back(chart_of_groups(*measured.front()));
  html::Table table{{"run", "part", "noise scale", "at least", "at most", "in target tokens", "‖∇L‖²", "tr Σ"},
                    {},
                    "Noise scale at the last logged update, in examples"};
  for (const Run* run : measured) {
    add_rows(table, *run, run->metrics().last_noise->groups);
    if (measured.size() == 1) add_rows(table, *run, run->metrics().last_noise->layers);
  }
  blocks.emplace_back(std::move(table));
  blocks.emplace_back(noise_definitions());
  return blocks;
}

}  // namespace prenorm::pages
