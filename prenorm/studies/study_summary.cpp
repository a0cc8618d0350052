#include "prenorm/studies/study_summary.h"

#include <algorithm>
#include <map>
#include <utility>

namespace prenorm::studies {
namespace {

using Group = std::vector<KeyValue>;

Group group_of(const std::vector<std::string>& keys, const std::vector<KeyValue>& values,
               const std::vector<std::string>& kept) {
  Group group;
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (std::find(kept.begin(), kept.end(), keys[i]) != kept.end()) group.push_back(values[i]);
  return group;
}

Spread spread(const std::vector<const StudyRow*>& rows, const auto& figure) {
  Spread result;
  for (const StudyRow* row : rows) {
    const std::optional<double> value = figure(*row);
    if (row->cell.status != CellStatus::kFinished || !value) continue;
    result.lowest = result.n == 0 ? *value : std::min(result.lowest, *value);
    result.highest = result.n == 0 ? *value : std::max(result.highest, *value);
    result.mean += *value;
    ++result.n;
  }
  if (result.n > 0) result.mean /= static_cast<double>(result.n);
  return result;
}

SeedSummary summary_of(const Group& values, const std::vector<const StudyRow*>& rows,
                       const std::vector<std::string>& score_names) {
  const Config& config = rows.front()->cell.config;
  SeedSummary summary{.values = values,
                      .learning_rate = config.optim.lr,
                      .placement = std::string(enum_name(config.model.norm_placement))};
  for (const StudyRow* row : rows) {
    summary.finished += row->cell.status == CellStatus::kFinished ? 1 : 0;
    summary.diverged += row->cell.status == CellStatus::kDiverged ? 1 : 0;
  }
  summary.loss = spread(rows, [](const StudyRow& row) { return row.cell.final_loss; });
  summary.bleu = spread(rows, [](const StudyRow& row) { return row.cell.bleu; });
  summary.updates_to_target = spread(rows, [](const StudyRow& row) { return row.updates_to_target; });
  for (const std::string& name : score_names)
    summary.scores.push_back(spread(rows, [&](const StudyRow& row) { return row.cell.score(name); }));
  return summary;
}

// Mean BLEU at a rate; none if a seed diverged.
using ByRate = std::map<double, std::optional<double>>;

std::optional<RateRange> range_of(const Group& values, const ByRate& rates) {
  // An empty optional is less than any BLEU.
  const auto best =
      std::max_element(rates.begin(), rates.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (best == rates.end() || !best->second) return std::nullopt;
  const auto works = [&](const auto& rate) { return rate.second && *rate.second >= *best->second - kBleuMargin; };
  auto lowest = best, end = std::next(best);
  while (lowest != rates.begin() && works(*std::prev(lowest))) --lowest;
  while (end != rates.end() && works(*end)) ++end;
  return RateRange{.values = values,
                   .best_bleu = *best->second,
                   .best_rate = best->first,
                   .lowest_rate = lowest->first,
                   .highest_rate = std::prev(end)->first,
                   .rates_tried = std::ssize(rates),
                   .rates_within = std::distance(lowest, end)};
}

std::vector<RateRange> ranges_of(const std::map<Group, ByRate>& groups) {
  std::vector<RateRange> ranges;
  for (const auto& [values, rates] : groups)
    if (auto range = range_of(values, rates)) ranges.push_back(std::move(*range));
  return ranges;
}

}  // namespace

void summarize(StudyTable& table) {
  std::map<Group, std::vector<const StudyRow*>> seeds;
  for (const StudyRow& row : table.rows)
    if (row.cell.has_ended()) seeds[group_of(table.keys, row.values, table.summary_keys)].push_back(&row);
  std::map<Group, ByRate> combinations, placements;
  for (const auto& [values, rows] : seeds) {
    const SeedSummary& summary = table.summaries.emplace_back(summary_of(values, rows, table.score_names));
    const bool whole = summary.diverged == 0 && summary.bleu.n > 0;
    const std::optional<double> bleu = whole ? std::optional(summary.bleu.mean) : std::nullopt;
    combinations[group_of(table.summary_keys, values, table.range_keys)][summary.learning_rate] = bleu;
    const auto order = static_cast<double>(rows.front()->cell.config.model.norm_placement);
    std::optional<double>& best = placements[{{order, summary.placement}}][summary.learning_rate];
    best = std::max(best, bleu);
  }
  table.ranges = ranges_of(combinations);
  table.placements = ranges_of(placements);
}

}  // namespace prenorm::studies
