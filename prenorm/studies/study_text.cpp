#include "prenorm/studies/study_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/json.h"
#include "prenorm/base/text.h"
#include "prenorm/base/text_table.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::studies {
namespace {

std::string number(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : std::string();
}

std::string rate_text(double rate) { return float_text(rate); }

// A table whose first columns are keys; numbers are aligned to the right.
TextTable keyed(const std::vector<std::string>& key_names, const std::vector<std::string>& figures) {
  TextTable table{key_names, {}, {}};
  table.header.insert(table.header.end(), figures.begin(), figures.end());
  table.right.assign(table.header.size(), true);
  std::fill_n(table.right.begin(), key_names.size(), false);
  return table;
}

void add_row(TextTable& table, const std::vector<KeyValue>& values, std::vector<std::string> figures) {
  std::vector<std::string> row;
  row.reserve(values.size() + figures.size());
  for (const KeyValue& value : values) row.push_back(value.text);
  row.insert(row.end(), std::make_move_iterator(figures.begin()), std::make_move_iterator(figures.end()));
  table.rows.push_back(std::move(row));
}

std::string status_text(const CellRecord& cell) {
  const std::string_view name = enum_name(cell.status);
  return cell.status == CellStatus::kDiverged ? fmt::format("{} at {}", name, cell.updates) : std::string(name);
}

// Right-aligns columns of keys whose values are all numbers.
void numbers_to_the_right(TextTable& table, std::size_t keys) {
  for (std::size_t i = 0; i < keys; ++i)
    table.right[i] = std::all_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
      return !row[i].empty() && row[i].find_first_not_of("0123456789.e-") == std::string::npos;
    });
}

std::string finished_text(TextTable table, std::size_t keys) {
  numbers_to_the_right(table, keys);
  return aligned(table);
}

// BLEU, or the scores of a task with others: one column each.
std::vector<std::string> quality_names(const StudyTable& table) {
  return table.score_names.empty() ? std::vector<std::string>{"BLEU"} : table.score_names;
}
std::vector<std::string> quality_texts(const StudyTable& table, const CellRecord& cell) {
  if (table.score_names.empty()) return {number(cell.bleu, 2)};
  std::vector<std::string> texts;
  for (const std::string& name : table.score_names) texts.push_back(number(cell.score(name), 4));
  return texts;
}

std::vector<std::string> joined(std::vector<std::string> first, const std::vector<std::string>& middle,
                                const std::vector<std::string>& last) {
  first.insert(first.end(), middle.begin(), middle.end());
  first.insert(first.end(), last.begin(), last.end());
  return first;
}

std::string cells_text(const StudyTable& table) {
  TextTable text = keyed(short_names(table.keys),
                         joined({"status", "updates", "loss", "best"}, quality_names(table), {"to target", "seconds"}));
  text.right[table.keys.size()] = false;
  for (const StudyRow& row : table.rows)
    add_row(text, row.values,
            joined({status_text(row.cell), row.cell.has_ended() ? fmt::format("{}", row.cell.updates) : "",
                    number(row.cell.final_loss, 4), number(row.best_loss, 4)},
                   quality_texts(table, row.cell), {number(row.updates_to_target, 0), number(row.cell.seconds, 0)}));
  return finished_text(std::move(text), table.keys.size());
}

std::string summary_text(const StudyTable& table) {
  TextTable text = keyed(short_names(table.summary_keys),
                         joined({"seeds", "diverged", "loss"}, quality_names(table), {"to target"}));
  for (const SeedSummary& s : table.summaries)
    add_row(text, s.values,
            joined({fmt::format("{}", s.finished + s.diverged), fmt::format("{}", s.diverged), spread_text(s.loss, 4)},
                   quality_texts(s), {spread_text(s.updates_to_target, 0)}));
  return finished_text(std::move(text), table.summary_keys.size());
}

std::string ranges_text(const std::vector<std::string>& keys, const std::vector<RateRange>& ranges) {
  TextTable text = keyed(short_names(keys), {"best BLEU", "at rate", "from rate", "to rate", "rates within"});
  for (const RateRange& r : ranges)
    add_row(text, r.values,
            {fmt::format("{:.2f}", r.best_bleu), rate_text(r.best_rate), rate_text(r.lowest_rate),
             rate_text(r.highest_rate), fmt::format("{} of {}", r.rates_within, r.rates_tried)});
  return finished_text(std::move(text), keys.size());
}

// Numbers and booleans as such, everything else as text.
nlohmann::ordered_json values_json(const std::vector<std::string>& keys, const std::vector<KeyValue>& values) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto value = parse_json<nlohmann::ordered_json>(values[i].text);
    const bool literal = value.is_number() || value.is_boolean();
    json[keys[i]] = literal ? value : nlohmann::ordered_json(values[i].text);
  }
  return json;
}

void put(nlohmann::ordered_json& json, const char* key, const std::optional<double>& value) {
  if (value) json[key] = *value;
}

void put(nlohmann::ordered_json& json, const char* key, const Spread& s) {
  if (s.n > 0) json[key] = {{"mean", s.mean}, {"lowest", s.lowest}, {"highest", s.highest}, {"n", s.n}};
}

nlohmann::ordered_json cell_json(const StudyTable& table, const StudyRow& row) {
  nlohmann::ordered_json json{
      {"name", row.cell.name}, {"keys", values_json(table.keys, row.values)}, {"status", enum_name(row.cell.status)}};
  if (row.cell.has_ended()) json["updates"] = row.cell.updates;
  put(json, "valid_loss_nats_per_token", row.cell.final_loss);
  put(json, "best_valid_loss_nats_per_token", row.best_loss);
  put(json, "bleu", row.cell.bleu);
  for (const auto& [name, value] : row.cell.scores) json[name] = value;
  put(json, "updates_to_target_loss", row.updates_to_target);
  put(json, "training_seconds", row.cell.seconds);
  if (!row.cell.problem.empty()) json["problem"] = row.cell.problem;
  return json;
}

nlohmann::ordered_json summary_json(const StudyTable& table, const SeedSummary& s) {
  nlohmann::ordered_json json{
      {"keys", values_json(table.summary_keys, s.values)}, {"finished", s.finished}, {"diverged", s.diverged}};
  put(json, "valid_loss_nats_per_token", s.loss);
  put(json, "bleu", s.bleu);
  for (std::size_t i = 0; i < s.scores.size(); ++i) put(json, table.score_names[i].c_str(), s.scores[i]);
  put(json, "updates_to_target_loss", s.updates_to_target);
  return json;
}

nlohmann::ordered_json ranges_json(const std::vector<std::string>& keys, const std::vector<RateRange>& ranges) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const RateRange& r : ranges)
    json.push_back({{"keys", values_json(keys, r.values)},
                    {"best_mean_bleu", r.best_bleu},
                    {"best_learning_rate", r.best_rate},
                    {"lowest_learning_rate", r.lowest_rate},
                    {"highest_learning_rate", r.highest_rate},
                    {"rates_within", r.rates_within},
                    {"rates_tried", r.rates_tried}});
  return json;
}

const std::vector<std::string> kPlacementKeys{"model.norm_placement"};

}  // namespace

std::vector<std::string> short_names(const std::vector<std::string>& keys) {
  const auto last = [](const std::string& key) { return key.substr(key.rfind('.') + 1); };
  std::vector<std::string> names;
  for (const std::string& key : keys) {
    const auto same = std::count_if(keys.begin(), keys.end(), [&](const auto& k) { return last(k) == last(key); });
    names.push_back(same > 1 ? key : last(key));
  }
  return names;
}

std::string spread_text(const Spread& s, int digits) {
  if (s.n == 0) return {};
  if (s.n == 1) return fmt::format("{:.{}f}", s.mean, digits);
  return fmt::format("{0:.{3}f} ({1:.{3}f} to {2:.{3}f})", s.mean, s.lowest, s.highest, digits);
}

std::vector<std::string> quality_texts(const SeedSummary& summary) {
  if (summary.scores.empty()) return {spread_text(summary.bleu, 2)};
  std::vector<std::string> texts;
  for (const Spread& score : summary.scores) texts.push_back(spread_text(score, 4));
  return texts;
}

std::string to_text(const StudyTable& table) {
  std::string text = cells_text(table);
  if (table.target_loss)
    text += fmt::format("\nloss: validation, nats per token; to target: updates until it is {:.4f}{}\n",
                        *table.target_loss, table.target_is_median ? ", the median of the final losses" : "");
  if (table.summaries.empty()) return text;
  text += "\nover seeds, mean (lowest to highest):\n" + summary_text(table);
  if (table.ranges.empty()) return text;
  text += fmt::format("\nrange of rates within {} BLEU of the best:\n", kBleuMargin) +
          ranges_text(table.range_keys, table.ranges);
  return text + "\nthe same by placement, taking the best of all other keys at each rate:\n" +
         ranges_text(kPlacementKeys, table.placements);
}

nlohmann::ordered_json to_json(const StudyTable& table) {
  using Json = nlohmann::ordered_json;
  Json json{{"keys", table.keys}};
  if (!table.score_names.empty()) json["score"] = table.score_names.front();
  put(json, "target_loss_nats_per_token", table.target_loss);
  json["target_loss_is_median"] = table.target_is_median;
  json["bleu_margin"] = kBleuMargin;
  json["cells"] = json["summary"] = Json::array();
  for (const StudyRow& row : table.rows) json["cells"].push_back(cell_json(table, row));
  for (const SeedSummary& summary : table.summaries) json["summary"].push_back(summary_json(table, summary));
  json["ranges"] = ranges_json(table.range_keys, table.ranges);
  json["placements"] = ranges_json(kPlacementKeys, table.placements);
  return json;
}

std::string to_csv(const StudyTable& table) {
  const auto exact = [](const std::optional<double>& value) { return value ? fmt::format("{}", *value) : ""; };
  const bool scored = !table.score_names.empty();
  TextTable text = keyed(joined({"name"}, table.keys, {}),
                         joined({"status", "updates", "valid_loss_nats_per_token", "best_valid_loss_nats_per_token"},
                                scored ? table.score_names : std::vector<std::string>{"bleu"},
                                {"updates_to_target_loss", "training_seconds"}));
  for (const StudyRow& row : table.rows) {
    std::vector<KeyValue> values{{0, row.cell.name}};
    values.insert(values.end(), row.values.begin(), row.values.end());
    std::vector<std::string> qualities;
    for (const std::string& name : table.score_names) qualities.push_back(exact(row.cell.score(name)));
    if (!scored) qualities.push_back(exact(row.cell.bleu));
    add_row(text, values,
            joined({std::string(enum_name(row.cell.status)),
                    row.cell.has_ended() ? fmt::format("{}", row.cell.updates) : "", exact(row.cell.final_loss),
                    exact(row.best_loss)},
                   qualities, {exact(row.updates_to_target), exact(row.cell.seconds)}));
  }
  return csv(text);
}

std::string outcome_text(const CellRecord& cell) {
  if (cell.status != CellStatus::kFinished)
    return fmt::format("{}{}{}", status_text(cell), cell.problem.empty() ? "" : ": ", cell.problem);
  std::string figures;
  if (cell.final_loss) figures += fmt::format(", validation loss {:.4f}", *cell.final_loss);
  if (cell.bleu) figures += fmt::format(", BLEU {:.2f}", *cell.bleu);
  for (const auto& [name, value] : cell.scores) figures += fmt::format(", {} {:.4f}", name, value);
  return fmt::format("{} updates{}, {}", format_count(cell.updates), figures,
                     format_duration(cell.seconds.value_or(0)));
}

}  // namespace prenorm::studies
