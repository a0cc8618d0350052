#include "prenorm/data/example_format.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/json_text.h"
#include "prenorm/files/file.h"
#include "prenorm/files/json_file.h"

namespace prenorm::data {
namespace {

using metrics::Score;

constexpr std::size_t kMostClasses = 1000;
const std::vector<Score> kCorrelations{Score::kPearson, Score::kSpearman};

struct Known {
  std::string_view text, second_text, label;
  bool number;
  std::vector<Score> scores;

  bool is(const ExampleFormat& f) const { return f.text == text && f.second_text == second_text && f.label == label; }
};

// A format whose columns are a superset of another's must come first.
const std::vector<Known>& known_formats() {
  static const std::vector<Known> list{
      {"#1 String", "#2 String", "Quality", false, {Score::kAccuracy, Score::kF1}},       // MRPC
      {"question1", "question2", "is_duplicate", false, {Score::kAccuracy, Score::kF1}},  // QQP
      {"sentence1", "sentence2", "score", true, kCorrelations},                           // STS-B
      {"sentence1", "sentence2", "gold_label", false, {Score::kAccuracy}},                // MNLI
      {"sentence1", "sentence2", "label", false, {Score::kAccuracy}},                     // RTE, WNLI
      {"question", "sentence", "label", false, {Score::kAccuracy}},                       // QNLI
      {"sentence", "", "label", false, {Score::kAccuracy}},                               // SST-2
  };
  return list;
}

std::string columns_text(const Table& table) { return fmt::format("{}", fmt::join(table.columns, ", ")); }

// The first of GLUE's label names that the table has.
std::string label_name(const Table& table) {
  for (const Known& known : known_formats())
    if (table.find(known.label)) return std::string(known.label);
  throw_error<DataError>("{}:1: no column has the name of a GLUE label; set data.label_column to one of: {}",
                         table.path.string(), columns_text(table));
}

void require_column(const Table& table, std::string_view name, std::string_view key) {
  if (!table.find(name))
    throw_error<DataError>("{}:1: no column \"{}\" ({}); the columns are: {}", table.path.string(), name, key,
                           columns_text(table));
}

ExampleFormat columns_by_name(const Table& table, const DataConfig& config) {
  ExampleFormat format{config.text_column, config.second_text_column, config.label_column, {}, {}};
  if (format.text.empty()) {
    const auto& all = known_formats();
    const auto fits = [&](const Known& k) {
      return table.find(k.text) && (k.second_text.empty() || table.find(k.second_text)) &&
             (table.find(format.label.empty() ? k.label : format.label));
    };
    const auto known = std::find_if(all.begin(), all.end(), fits);
    if (known == all.end())
      throw_error<DataError>(
          "{}:1: not a GLUE table (columns such as sentence1, sentence2 and label); set data.text_column and "
          "data.label_column to two of: {}",
          table.path.string(), columns_text(table));
    format.text = known->text;
    if (format.second_text.empty()) format.second_text = known->second_text;
    if (format.label.empty()) format.label = known->label;
  }
  if (format.label.empty()) format.label = label_name(table);
  require_column(table, format.text, "data.text_column");
  require_column(table, format.label, "data.label_column");
  if (!format.second_text.empty()) require_column(table, format.second_text, "data.second_text_column");
  return format;
}

std::vector<std::string> distinct_labels(const Table& table, std::size_t column) {
  std::set<std::string> labels;
  for (const TableRow& row : table.rows) {
    const std::string& label = row.cells[column];
    if (label.empty()) throw_error<DataError>("{}:{}: has no label", table.path.string(), row.line);
    labels.insert(label);
    if (labels.size() > kMostClasses)
      throw_error<DataError>("{}:{}: more than {} labels; set data.label_kind = \"number\" if labels are numbers",
                             table.path.string(), row.line, kMostClasses);
  }
  if (labels.size() < 2)
    throw_error<DataError>("{}: all labels are \"{}\", there is nothing to learn", table.path.string(),
                           *labels.begin());
  return {labels.begin(), labels.end()};
}

// CoLA's columns, which read_table() has named; SST-2 has two of these names.
bool is_cola(const Table& table) {
  return table.columns == std::vector<std::string>{"source", "label", "star", "sentence"};
}

Score score_named(const std::string& name) {
  for (const auto& [score, its_name] : EnumNames<Score>::values)
    if (its_name == name) return score;
  refuse_json(name, "the name of a score");
}

}  // namespace

ExampleFormat format_of(const Table& table, const DataConfig& config) {
  ExampleFormat format = columns_by_name(table, config);
  const auto& all = known_formats();
  const auto known = std::find_if(all.begin(), all.end(), [&](const Known& k) { return k.is(format); });
  const bool automatic = config.label_kind == LabelKind::kAuto;
  const bool number = automatic ? known != all.end() && known->number : config.label_kind == LabelKind::kNumber;
  if (number) {
    format.scores = kCorrelations;
    return format;
  }
  format.classes = distinct_labels(table, *table.find(format.label));
  if (known != all.end() && !known->number) {
    format.scores = is_cola(table) ? std::vector<Score>{Score::kMatthews} : known->scores;
  } else {
    format.scores = {Score::kAccuracy};
    if (format.classes.size() == 2) format.scores.push_back(Score::kF1);
  }
  return format;
}

ExampleColumns columns_of(const Table& table, const ExampleFormat& format, bool optional_label) {
  std::vector<std::string> missing;
  const auto place = [&](const std::string& name, bool needed) {
    const auto found = name.empty() ? std::nullopt : table.find(name);
    if (needed && !found) missing.push_back(name);
    return found;
  };
  const auto text = place(format.text, true), second = place(format.second_text, !format.second_text.empty()),
             label = place(format.label, !optional_label);
  if (!missing.empty())
    throw_error<DataError>("{}:1: the column{} {} is missing; it has {}", table.path.string(),
                           missing.size() > 1 ? "s" : "", fmt::join(missing, ", "), columns_text(table));
  return {*text, second, label};
}

std::int64_t class_of(const Table& table, const TableRow& row, std::size_t column, const ExampleFormat& format) {
  const auto& names = format.classes;
  const auto found = std::find(names.begin(), names.end(), row.cells[column]);
  if (found == names.end())
    throw_error<DataError>("{}:{}: the label \"{}\" is not one of those used in training: {}", table.path.string(),
                           row.line, row.cells[column], fmt::join(names, ", "));
  return found - names.begin();
}

double number_of(const Table& table, const TableRow& row, std::size_t column) {
  const std::string& text = row.cells[column];
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    throw_error<DataError>("{}:{}: \"{}\" in column {} is not a number", table.path.string(), row.line, text,
                           table.columns[column]);
  return value;
}

void write_format(const std::filesystem::path& path, const ExampleFormat& format) {
  nlohmann::ordered_json json{{"text_column", format.text},
                              {"second_text_column", format.second_text},
                              {"label_column", format.label},
                              {"classes", format.classes},
                              {"scores", nlohmann::json::array()}};
  for (const Score score : format.scores) json["scores"].push_back(enum_name(score));
  write_file_atomically(path, json_text(json, 2) + "\n");
}

ExampleFormat read_format(const std::filesystem::path& path) {
  try {
    const auto json = read_json(path);
    const JsonReader fields(json);
    ExampleFormat format;
    std::vector<std::string> scores;
    fields.value("text_column", format.text);
    fields.value("second_text_column", format.second_text);
    fields.value("label_column", format.label);
    fields.value("classes", format.classes);
    fields.value("scores", scores);
    for (const std::string& name : scores) format.scores.push_back(score_named(name));
    return format;
  } catch (const JsonError&) {
    throw_error<DataError>("{}: does not describe the columns and classes of a run; resume the run to write it again",
                           path.string());
  }
}

}  // namespace prenorm::data
