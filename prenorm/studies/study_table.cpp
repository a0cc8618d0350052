#include "prenorm/studies/study_table.h"

#include <algorithm>
#include <map>

#include "prenorm/base/statistics.h"
#include "prenorm/config/fields.h"
#include "prenorm/studies/grid.h"
#include "prenorm/studies/study_summary.h"

namespace prenorm::studies {
namespace {

using config::Field;

// Keys that the study itself sets do not describe a cell. If a cell's name contains one, its value comes from the grid.
bool chosen_by_study(const std::string& key) {
  return key == "data.prepared_dir" || key == "tokenizer.source_model" || key == "tokenizer.target_model" ||
         key == "runtime.threads";
}

double order_of(const Field& field) {
  if (const auto* slot = std::get_if<config::EnumSlot>(&field.slot))
    return static_cast<double>(slot->get(slot->target));
  if (const auto* slot = std::get_if<bool*>(&field.slot)) return **slot ? 1 : 0;
  if (const auto* slot = std::get_if<std::int64_t*>(&field.slot)) return static_cast<double>(**slot);
  if (const auto* slot = std::get_if<double*>(&field.slot)) return **slot;
  return 0;
}

using Values = std::map<std::string, KeyValue>;

Values values_of(CellRecord& cell) {
  Values values;
  for (const Field& field : config::fields_of(cell.config))
    values[field.key] = {order_of(field), plain_value(config::value_text(field))};
  return values;
}

bool varies(const std::string& key, const std::vector<CellRecord>& cells, const std::vector<Values>& values) {
  const auto named = [&](const CellRecord& cell) { return cell.name.find(key + "=") != std::string::npos; };
  if (chosen_by_study(key) && std::none_of(cells.begin(), cells.end(), named)) return false;
  return std::any_of(values.begin(), values.end(), [&](const Values& v) { return v.at(key) != values[0].at(key); });
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

std::vector<std::string> varying_keys(const std::vector<CellRecord>& cells, const std::vector<Values>& values,
                                      std::span<const std::string> first) {
  std::vector<std::string> keys;
  const auto add = [&](const std::string& key) {
    if (varies(key, cells, values)) add_once(keys, key);
  };
  for (const std::string& key : first) add(key);
  Config order;
  for (const Field& field : config::fields_of(order)) add(field.key);
  return keys;
}

std::optional<double> median_final_loss(const std::vector<CellRecord>& cells) {
  std::vector<double> losses;
  for (const CellRecord& cell : cells)
    if (cell.status == CellStatus::kFinished && cell.final_loss) losses.push_back(*cell.final_loss);
  if (losses.empty()) return std::nullopt;
  return median(std::move(losses));
}

std::vector<std::string> without(std::vector<std::string> keys, std::string_view key) {
  std::erase(keys, key);
  return keys;
}

}  // namespace

StudyTable make_table(std::vector<CellRecord> cells, std::span<const std::string> grid_keys,
                      std::optional<double> target_loss) {
  StudyTable table;
  std::vector<Values> values;
  values.reserve(cells.size());
  for (CellRecord& cell : cells) values.push_back(values_of(cell));
  table.keys = varying_keys(cells, values, grid_keys);
  table.summary_keys = without(table.keys, "train.seed");
  table.range_keys = without(table.summary_keys, "optim.lr");
  table.target_is_median = !target_loss;
  table.target_loss = target_loss ? target_loss : median_final_loss(cells);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    StudyRow row{std::move(cells[i]), {}, {}, {}};
    for (const std::string& key : table.keys) row.values.push_back(values[i].at(key));
    row.best_loss = row.cell.best_loss();
    if (table.target_loss) row.updates_to_target = row.cell.updates_to(*table.target_loss);
    for (const auto& [name, value] : row.cell.scores) add_once(table.score_names, name);
    table.rows.push_back(std::move(row));
  }
  std::stable_sort(table.rows.begin(), table.rows.end(),
                   [](const StudyRow& a, const StudyRow& b) { return a.values < b.values; });
  summarize(table);
  return table;
}

}  // namespace prenorm::studies
