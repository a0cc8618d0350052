#include "prenorm/pages/study_sections.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "prenorm/base/statistics.h"
#include "prenorm/base/text.h"
#include "prenorm/pages/branch_sections.h"
#include "prenorm/pages/run_sections.h"
#include "prenorm/studies/study_text.h"

namespace prenorm::pages {
namespace {

using studies::KeyValue;
using studies::StudyRow;

constexpr std::string_view kPlacement = "model.norm_placement", kSeed = "train.seed";

std::string number_or_dash(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : "–";
}

std::size_t place_of(const std::vector<std::string>& keys, std::string_view key) {
  return static_cast<std::size_t>(std::find(keys.begin(), keys.end(), key) - keys.begin());
}

// The axes of the heat maps: learning rate and warm-up if they vary, else the first keys that do.
struct Axes {
  std::size_t x, y;  // indices of keys; keys.size() if there is none
};

Axes axes_of(const std::vector<std::string>& keys) {
  std::vector<std::size_t> free;
  for (const std::string_view wanted : {"optim.lr", "schedule.warmup_steps"})
    if (const std::size_t i = place_of(keys, wanted); i < keys.size()) free.push_back(i);
  for (std::size_t i = 0; i < keys.size() && free.size() < 2; ++i)
    if (keys[i] != kPlacement && keys[i] != kSeed && std::find(free.begin(), free.end(), i) == free.end())
      free.push_back(i);
  return {free.empty() ? keys.size() : free[0], free.size() < 2 ? keys.size() : free[1]};
}

KeyValue value_at(const StudyRow& row, std::size_t key) {
  return key < row.values.size() ? row.values[key] : KeyValue{0, ""};
}

// Cells at one place of a heat map, which differ only in the seed.
using Cells = std::vector<const StudyRow*>;

// A heat map: cells that share all keys except those of its axes, placement and seed.
struct Group {
  std::string others;  // such as "optim.name = sgd, train.max_steps = 4800"
  std::map<KeyValue, std::map<std::pair<KeyValue, KeyValue>, Cells>> placements;
  std::set<KeyValue> xs, ys;

  std::size_t size() const {
    std::size_t n = 0;
    for (const auto& [placement, cells] : placements) n += cells.size();
    return n;
  }
};

std::vector<Group> groups_of(const studies::StudyTable& table) {
  const Axes axes = axes_of(table.keys);
  const std::size_t placement = place_of(table.keys, kPlacement);
  std::map<std::string, Group> groups;
  for (const StudyRow& row : table.rows) {
    std::string others;
    for (std::size_t i = 0; i < table.keys.size(); ++i)
      if (i != axes.x && i != axes.y && i != placement && table.keys[i] != kSeed)
        others += fmt::format("{}{} = {}", others.empty() ? "" : ", ", table.keys[i], row.values[i].text);
    Group& group = groups[others];
    group.others = others;
    const KeyValue x = value_at(row, axes.x), y = value_at(row, axes.y);
    const KeyValue where = placement < table.keys.size()
                               ? row.values[placement]
                               : KeyValue{0, std::string(enum_name(row.cell.config.model.norm_placement))};
    group.placements[where][{x, y}].push_back(&row);
    group.xs.insert(x);
    group.ys.insert(y);
  }
  std::vector<Group> all;
  for (auto& [others, group] : groups)
    if (group.size() > 3) all.push_back(std::move(group));
  std::stable_sort(all.begin(), all.end(), [](const Group& a, const Group& b) { return a.size() > b.size(); });
  return all;
}

struct Figure {
  std::string title, label;
  bool low_is_bright;
  int digits;
  std::function<std::optional<double>(const StudyRow&)> of;
};

// BLEU, or the scores of a task with others.
std::vector<Figure> qualities(const studies::StudyTable& table) {
  constexpr std::string_view kLabel = "{} at the end; brighter is better";
  if (table.score_names.empty())
    return {{"BLEU", fmt::format(kLabel, "BLEU"), false, 2, [](const StudyRow& row) { return row.cell.bleu; }}};
  std::vector<Figure> figures;
  for (const std::string& name : table.score_names)
    figures.push_back(
        {name, fmt::format(kLabel, name), false, 4, [name](const StudyRow& row) { return row.cell.score(name); }});
  return figures;
}

std::vector<Figure> figures(const studies::StudyTable& table) {
  std::vector<Figure> all = qualities(table);
  all.insert(all.begin(), {"Validation loss", "validation loss at the end, nats per token; brighter is better", true, 3,
                           [](const StudyRow& row) { return row.cell.final_loss; }});
  return all;
}

void add_cell(html::HeatPanel& panel, const Cells& cells, const Figure& figure) {
  std::vector<double> values;
  std::string state;
  for (const StudyRow* row : cells) {
    const auto value = figure.of(*row);
    if (row->cell.status == studies::CellStatus::kFinished && value) values.push_back(*value);
    if (row->cell.status != studies::CellStatus::kFinished) state = enum_name(row->cell.status);
  }
  // If one seed of a cell diverged, the setting does not work.
  panel.values.push_back(!state.empty() || values.empty() ? NAN : mean_of(values));
  const bool shown = state.empty() && !values.empty();
  panel.texts.push_back(shown ? fmt::format("{:.{}f}", mean_of(values), figure.digits) : state);
}

std::optional<html::HeatMap> heat_map(const studies::StudyTable& table, const Group& group, const Figure& figure) {
  const Axes axes = axes_of(table.keys);
  html::HeatMap map;
  map.title = figure.title;
  if (!group.others.empty()) map.note = fmt::format("Cells with {}.", group.others);
  const std::vector<std::string> names = studies::short_names(table.keys);
  map.x_label = axes.x < names.size() ? names[axes.x] : "";
  map.y_label = axes.y < names.size() ? names[axes.y] : "";
  map.value_label = figure.label;
  map.low_is_bright = figure.low_is_bright;
  for (const KeyValue& x : group.xs) map.x.push_back(x.text);
  for (const KeyValue& y : group.ys) map.y.push_back(y.text);
  bool any = false;
  for (const auto& [placement, cells] : group.placements) {
    html::HeatPanel panel{placement.text, {}, {}};
    for (const KeyValue& y : group.ys)
      for (const KeyValue& x : group.xs) {
        const auto found = cells.find({x, y});
        add_cell(panel, found == cells.end() ? Cells{} : found->second, figure);
      }
    any = any || std::any_of(panel.values.begin(), panel.values.end(), [](double v) { return std::isfinite(v); });
    map.panels.push_back(std::move(panel));
  }
  return any ? std::optional(std::move(map)) : std::nullopt;
}

html::Table cells_table(const Study& study) {
  const studies::StudyTable& table = study.table;
  html::Table out{{"cell"}, {}, "Cells"};
  const std::vector<Figure> scores = qualities(table);
  for (const char* figure : {"state", "updates", "loss", "best loss"}) out.header.emplace_back(figure);
  for (const Figure& score : scores) out.header.push_back(score.title);
  for (const char* figure : {"updates to target", "seconds"}) out.header.emplace_back(figure);
  for (std::string& key : studies::short_names(table.keys)) out.header.push_back(std::move(key));
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const StudyRow& row = table.rows[i];
    std::vector<std::string> line{study.cells[i]->name()};
    line.insert(line.end(), {std::string(enum_name(row.cell.status)), fmt::format("{}", row.cell.updates),
                             number_or_dash(row.cell.final_loss, 3), number_or_dash(row.best_loss, 3)});
    for (const Figure& score : scores) line.push_back(number_or_dash(score.of(row), score.digits));
    line.insert(line.end(), {number_or_dash(row.updates_to_target, 0), number_or_dash(row.cell.seconds, 0)});
    for (const KeyValue& value : row.values) line.push_back(value.text);
    out.rows.push_back(std::move(line));
    out.runs.push_back(study.cells[i]->id());
  }
  return out;
}

// Mean, lowest and highest over the seeds of each setting; nothing if only one seed was trained.
std::optional<html::Table> seeds_table(const studies::StudyTable& table) {
  if (table.summary_keys.size() == table.keys.size()) return std::nullopt;
  html::Table out{studies::short_names(table.summary_keys), {}, "Over seeds: mean (lowest to highest)"};
  for (const char* figure : {"seeds", "diverged", "loss"}) out.header.emplace_back(figure);
  for (const Figure& score : qualities(table)) out.header.push_back(score.title);
  for (const studies::SeedSummary& s : table.summaries) {
    std::vector<std::string> line;
    for (const KeyValue& value : s.values) line.push_back(value.text);
    line.insert(line.end(), {fmt::format("{}", s.finished + s.diverged), fmt::format("{}", s.diverged),
                             studies::spread_text(s.loss, 3)});
    for (std::string& text : studies::quality_texts(s)) line.push_back(std::move(text));
    out.rows.push_back(std::move(line));
  }
  return out;
}

html::Table ranges_table(const studies::StudyTable& table) {
  html::Table out{studies::short_names(table.range_keys), {}, "Results by setting: learning rates that work"};
  for (const char* figure : {"best BLEU", "at rate", "from rate", "to rate", "rates within"})
    out.header.emplace_back(figure);
  const auto rate = [](double r) { return float_text(r); };
  for (const studies::RateRange& r : table.ranges) {
    std::vector<std::string> line;
    for (const KeyValue& value : r.values) line.push_back(value.text);
    line.insert(line.end(), {fmt::format("{:.2f}", r.best_bleu), rate(r.best_rate), rate(r.lowest_rate),
                             rate(r.highest_rate), fmt::format("{} of {}", r.rates_within, r.rates_tried)});
    out.rows.push_back(std::move(line));
  }
  return out;
}

std::string command_of(const Study& study) {
  const std::string path = shell_word(study.path.string());
  if (study.branches) return branches_command(*study.branches, path);
  std::string text = fmt::format("prenorm study {0}/base.toml --output {0}", path);
  for (std::size_t i = 0; i < study.table.keys.size(); ++i) {
    std::vector<std::string> values;
    for (const StudyRow& row : study.table.rows)
      if (std::find(values.begin(), values.end(), row.values[i].text) == values.end())
        values.push_back(row.values[i].text);
    text +=
        fmt::format(" \\\n  --grid {}", shell_word(fmt::format("{}={}", study.table.keys[i], fmt::join(values, ","))));
  }
  return text + "\n";
}

html::Definitions definitions(const studies::StudyTable& table) {
  html::Definitions d;
  d.terms.emplace_back("a cell of a heat map",
                       "mean over seeds; if one seed diverged or failed, the cell says so instead. Cells that differ "
                       "in other keys have their own heat map if there are at least four of them.");
  if (table.target_loss)
    d.terms.emplace_back(
        "updates to target",
        fmt::format(
            "updates until the validation loss first reached {:.4f}{}, interpolated linearly between validations.",
            *table.target_loss, table.target_is_median ? ", the median of the final losses" : ""));
  if (!table.ranges.empty())
    d.terms.emplace_back("learning rates that work",
                         fmt::format("the unbroken range of tried rates around the best one whose mean BLEU is within "
                                     "{} of the best; a rate at which a seed diverged ends the range.",
                                     studies::kBleuMargin));
  return d;
}

}  // namespace

std::vector<html::Section> study_sections(const Study& study, const std::string& prefix) {
  html::Section maps =
      study.branches ? branch_section(*study.branches, prefix) : html::Section{prefix + "What works", {}};
  if (!study.branches)
    for (const Group& group : groups_of(study.table))
      for (const Figure& figure : figures(study.table))
        if (auto map = heat_map(study.table, group, figure)) maps.blocks.emplace_back(std::move(*map));
  if (!study.table.ranges.empty()) maps.blocks.emplace_back(ranges_table(study.table));
  if (auto seeds = seeds_table(study.table)) maps.blocks.emplace_back(std::move(*seeds));
  maps.blocks.emplace_back(cells_table(study));
  maps.blocks.emplace_back(definitions(study.table));
  maps.blocks.emplace_back(html::Preformatted{
      command_of(study), study.branches ? "The command that made these branches"
                                        : "A grid that contains all of these cells, and possibly more"});
  html::Section learning{prefix + "Learning curves of the cells", curves(study.cells)};
  std::vector<html::Section> sections;
  sections.push_back(std::move(maps));
  if (!learning.blocks.empty()) {
    learning.blocks.insert(learning.blocks.begin(),
                           html::Text{{"Each placement has a colour, as in the list of runs; its cells differ in their "
                                       "dashes. Untick a cell to hide it, or point at a line."}});
    sections.push_back(std::move(learning));
  }
  return sections;
}

}  // namespace prenorm::pages
