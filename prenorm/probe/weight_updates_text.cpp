#include "prenorm/probe/weight_updates_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "prenorm/base/statistics.h"

namespace prenorm::probe {
namespace {

// The columns of a line: an update, or means over the layers of a stack.
struct Columns {
  double relative_norm = 0, stable_rank = 0, random_stable_rank = 0, top_1 = 0, top_8 = 0, top_32 = 0, rank_of_90 = 0,
         random_rank_of_90 = 0, gap = 0;
};

double share_of_top(const UpdateFigures& figures, std::int64_t directions) {
  for (const TopEnergy& top : figures.energy_in_top)
    if (top.directions == directions) return top.share;
  return 0;
}

Columns columns_of(const WeightUpdates& updates, const MatrixUpdate& m) {
  const UpdateFigures& random = random_beside(updates, m.figures);
  return {.relative_norm = m.relative_norm,
          .stable_rank = m.figures.stable_rank,
          .random_stable_rank = random.stable_rank,
          .top_1 = share_of_top(m.figures, 1),
          .top_8 = share_of_top(m.figures, 8),
          .top_32 = share_of_top(m.figures, 32),
          .rank_of_90 = static_cast<double>(m.figures.rank_of_90_percent),
          .random_rank_of_90 = static_cast<double>(random.rank_of_90_percent),
          .gap = m.figures.row_norms.gap_ratio};
}

std::string line(const std::string& name, const UpdateFigures& figures, const Columns& c) {
  return fmt::format("{:<38} {:>11} {:>9.3g} {:>7.1f} {:>7.1f} {:>6.3f} {:>6.3f} {:>6.3f} {:>6.0f} {:>7.0f} {:>7.2f}\n",
                     name, fmt::format("{}x{}", figures.rows, figures.columns), c.relative_norm, c.stable_rank,
                     c.random_stable_rank, c.top_1, c.top_8, c.top_32, c.rank_of_90, c.random_rank_of_90, c.gap);
}

std::string header(std::string_view first) {
  return fmt::format(
      "{:<38} {:>11} {:>9} {:>7} {:>7} {:>20} {:>14} {:>7}\n"
      "{:<38} {:>11} {:>9} {:>7} {:>7} {:>6} {:>6} {:>6} {:>6} {:>7} {:>7}\n",
      "", "", "", "stable", "", "energy in top     ", "k of 90 %", "row", first, "shape", "|dW|/|W0|", "rank", "random",
      "1", "8", "32", "k", "random", "gap");
}

// "encoder 1 self_attention.query", or without the number, or of a matrix outside of layers only "embedding".
std::string name_in_layer(const MatrixUpdate& m) {
  return m.layer ? fmt::format("{} {} {}", enum_name(m.layer->stack), m.layer->index + 1, m.kind) : m.kind;
}
std::string name_in_stack(const MatrixUpdate& m) {
  return m.layer ? fmt::format("{} {}", enum_name(m.layer->stack), m.kind) : m.kind;
}

std::string line_of_mean(const WeightUpdates& updates, const std::string& name) {
  const UpdateFigures* figures = nullptr;
  std::vector<Columns> all;
  for (const MatrixUpdate& m : updates.matrices) {
    if (!m.layer || m.frozen || name_in_stack(m) != name) continue;
    all.push_back(columns_of(updates, m));
    figures = &m.figures;
  }
  const auto mean = [&](double Columns::*column) {
    std::vector<double> values;
    values.reserve(all.size());
    for (const Columns& c : all) values.push_back(c.*column);
    return mean_of(values);
  };
  using C = Columns;
  return line(name, *figures,
              {mean(&C::relative_norm), mean(&C::stable_rank), mean(&C::random_stable_rank), mean(&C::top_1),
               mean(&C::top_8), mean(&C::top_32), mean(&C::rank_of_90), mean(&C::random_rank_of_90), mean(&C::gap)});
}

}  // namespace

std::string report_of(const WeightUpdates& updates) {
  std::string out = fmt::format("{}: {} minus the weights of {}\n\n{}", updates.model, updates.checkpoint,
                                updates.since, header("matrix"));
  std::vector<std::string> kinds;
  for (const MatrixUpdate& m : updates.matrices) {
    const std::string kind = name_in_stack(m);
    if (m.frozen) {
      out += fmt::format("{:<38} {:>11} frozen, no update\n", name_in_layer(m),
                         fmt::format("{}x{}", m.figures.rows, m.figures.columns));
      continue;
    }
    out += line(name_in_layer(m), m.figures, columns_of(updates, m));
    if (m.layer && std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
  }
  if (!kinds.empty()) out += fmt::format("\n{}", header("mean over layers"));
  for (const std::string& kind : kinds) out += line_of_mean(updates, kind);
  return out;
}

}  // namespace prenorm::probe
