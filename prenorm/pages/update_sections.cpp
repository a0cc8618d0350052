#include "prenorm/pages/update_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/html/axis.h"
#include "prenorm/html/decimate.h"
#include "prenorm/pages/metrics.h"
#include "prenorm/pages/run_sections.h"
#include "prenorm/probe/weight_updates_text.h"

namespace prenorm::pages {
namespace {

using probe::MatrixUpdate;
using probe::UpdateFigures;
using probe::WeightUpdates;
using Of = std::function<double(const MatrixUpdate&)>;

// The kinds of the chosen matrices, in the order of the file.
std::vector<std::string> kinds_in(const WeightUpdates& updates,
                                  const std::function<bool(const MatrixUpdate&)>& chosen) {
  std::vector<std::string> kinds;
  for (const MatrixUpdate& m : updates.matrices)
    if (chosen(m) && std::find(kinds.begin(), kinds.end(), m.kind) == kinds.end()) kinds.push_back(m.kind);
  return kinds;
}

// The share of the energy in each direction, the mean over these updates; they may differ in shape.
std::vector<double> mean_shares(const std::vector<const UpdateFigures*>& all) {
  std::vector<double> sums;
  for (const UpdateFigures* figures : all) {
    sums.resize(std::max(sums.size(), figures->singular_values.size()));
    const double energy = figures->norm * figures->norm;
    for (std::size_t i = 0; energy > 0 && i < figures->singular_values.size(); ++i)
      sums[i] += figures->singular_values[i] * figures->singular_values[i] / energy;
  }
  for (double& sum : sums) sum /= static_cast<double>(all.size());
  return sums;
}

html::Series spectrum(std::string name, const std::vector<const UpdateFigures*>& all) {
  html::Series series{std::move(name), {}, mean_shares(all)};
  for (std::size_t i = 0; i < series.y.size(); ++i) series.x.push_back(static_cast<double>(i + 1));
  return series;
}

// One line for each kind of matrix, and one for a random matrix of the shape of the first.
html::Chart spectrum_chart(const WeightUpdates& updates, const std::string& title,
                           const std::function<bool(const MatrixUpdate&)>& chosen) {
  html::Chart chart;
  chart.title = fmt::format("Spectra of the updates: {}", title);
  chart.x_label = "direction, the largest singular value first";
  chart.y_label = "share of the update's energy";
  chart.log_x = true;
  for (const std::string& kind : kinds_in(updates, chosen)) {
    std::vector<const UpdateFigures*> layers;
    for (const MatrixUpdate& m : updates.matrices)
      if (chosen(m) && m.kind == kind) layers.push_back(&m.figures);
    const UpdateFigures& random = random_beside(updates, *layers.front());
    if (chart.series.empty()) {
      chart.series.push_back(spectrum(fmt::format("random {} x {}", random.rows, random.columns), {&random}));
      chart.series.back().dashed = true;
    }
    chart.series.push_back(spectrum(kind, layers));
  }
  chart.note = "Each line is the mean over the layers. A line far above the dashed one on the left has low rank.";
  html::limit_points(chart);
  return chart;
}

html::HeatMap layer_map(const WeightUpdates& updates, const std::string& title, const std::string& label,
                        const Of& value) {
  const auto in_layers = [](const MatrixUpdate& m) { return m.layer.has_value(); };
  html::HeatMap map;
  map.title = title;
  map.x_label = "layer";
  map.y_label = "matrix";
  map.value_label = label;
  map.low_is_bright = true;
  map.y = kinds_in(updates, in_layers);
  for (const MatrixUpdate& m : updates.matrices)
    if (m.layer && std::find(map.x.begin(), map.x.end(), name_of(*m.layer)) == map.x.end())
      map.x.push_back(name_of(*m.layer));
  html::HeatPanel panel{updates.model, std::vector<double>(map.x.size() * map.y.size(), NAN)};
  for (const MatrixUpdate& m : updates.matrices) {
    if (!m.layer) continue;
    const auto row = std::find(map.y.begin(), map.y.end(), m.kind) - map.y.begin(),
               column = std::find(map.x.begin(), map.x.end(), name_of(*m.layer)) - map.x.begin();
    panel.values[static_cast<std::size_t>(row) * map.x.size() + static_cast<std::size_t>(column)] = value(m);
  }
  map.panels.push_back(std::move(panel));
  return map;
}

// Ranks relative to those of random matrices; none if no matrix is in a layer.
std::vector<html::HeatMap> rank_maps(const WeightUpdates& updates) {
  const auto in_layer = [](const MatrixUpdate& m) { return m.layer.has_value(); };
  if (std::none_of(updates.matrices.begin(), updates.matrices.end(), in_layer)) return {};
  const auto share_of_random = [&](const auto& of) {
    return [&updates, of](const MatrixUpdate& m) { return of(m.figures) / of(random_beside(updates, m.figures)); };
  };
  return {layer_map(updates, "Stable rank of the updates", "stable rank over that of a random matrix",
                    share_of_random([](const UpdateFigures& f) { return f.stable_rank; })),
          layer_map(updates, "Directions that hold 90 % of the energy", "their number over that of a random matrix",
                    share_of_random([](const UpdateFigures& f) { return static_cast<double>(f.rank_of_90_percent); }))};
}

std::string matrix_name(const MatrixUpdate& m) {
  return m.layer ? fmt::format("{}, {}", name_of(*m.layer), m.kind) : m.kind;
}

html::Table update_table(const WeightUpdates& updates) {
  html::Table table{{"matrix", "shape", "relative norm", "stable rank", "random", "rank of 90 %", "random", "row gap"},
                    {},
                    "Updates by matrix"};
  for (const probe::TopEnergy& top : updates.matrices.front().figures.energy_in_top)
    table.header.push_back(fmt::format("top {}", top.directions));
  for (const MatrixUpdate& m : updates.matrices) {
    const UpdateFigures &f = m.figures, &random = random_beside(updates, f);
    auto& row = table.rows.emplace_back(std::vector<std::string>{
        matrix_name(m), fmt::format("{} x {}", f.rows, f.columns), html::format_value(m.relative_norm),
        html::format_value(f.stable_rank), html::format_value(random.stable_rank),
        fmt::format("{}", f.rank_of_90_percent), fmt::format("{}", random.rank_of_90_percent),
        html::format_value(f.row_norms.gap_ratio)});
    for (std::size_t i = 0; row.size() < table.header.size(); ++i)
      row.push_back(i < f.energy_in_top.size() ? html::format_value(f.energy_in_top[i].share) : "–");
  }
  return table;
}

html::Definitions update_definitions(const WeightUpdates& updates) {
  return {
      {{"update", fmt::format("trained minus initial: {} minus the weights of {}.", updates.checkpoint, updates.since)},
       {"energy", "the squared Frobenius norm: the sum of the squared singular values."},
       {"stable rank", "the energy over the largest squared singular value: at least 1, at most the rank."},
       {"rank of 90 %", "the number of directions that hold 90 % of the energy; top k: the share in the first k."},
       {"random", "the same of a matrix of that shape with independent Gaussian entries."},
       {"relative norm", "the Frobenius norm of the update over that of the initial matrix."},
       {"row gap", "the largest ratio of neighbours among the sorted norms of the rows; 1 means no gap."}}};
}

html::Section section_of(const Printed& printed, WeightUpdates updates) {
  if (updates.matrices.empty()) refuse_json("matrices", "a list with at least one matrix");
  html::Section section{fmt::format("Updates: {}", printed.path.stem().string()), {}};
  const auto frozen = std::erase_if(updates.matrices, [](const MatrixUpdate& m) { return m.frozen; });
  if (frozen > 0)
    section.blocks.emplace_back(html::Definitions{
        {{"frozen", fmt::format("{} matrices, which the run did not train; they have no update.", frozen)}}});
  if (updates.matrices.empty()) return section;
  for (const Stack stack : kStacks)
    if (auto chart = spectrum_chart(updates, std::string(enum_name(stack)),
                                    [&](const MatrixUpdate& m) { return m.layer && m.layer->stack == stack; });
        !chart.series.empty())
      section.blocks.emplace_back(std::move(chart));
  for (html::HeatMap& map : rank_maps(updates)) section.blocks.emplace_back(std::move(map));
  section.blocks.emplace_back(update_table(updates));
  section.blocks.emplace_back(update_definitions(updates));
  section.blocks.emplace_back(html::Preformatted{
      fmt::format("prenorm probe RUN --updates --json > {}\n", shell_word(printed.path.string())), "Measured by"});
  return section;
}

}  // namespace

html::Section update_section(const Printed& printed) {
  try {
    return section_of(printed, printed.json.get<WeightUpdates>());
  } catch (const DataError& error) {
    throw_error<DataError>("{}: is not output of `prenorm probe --updates --json` ({}); run that command again",
                           printed.path.string(), error.what());
  }
}

}  // namespace prenorm::pages
