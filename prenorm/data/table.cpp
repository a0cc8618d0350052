#include "prenorm/data/table.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_set>

#include "prenorm/base/error.h"
#include "prenorm/base/utf8.h"
#include "prenorm/files/line_reader.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::data {
namespace {

std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> cells;
  for (std::size_t end = line.find('\t'); end != std::string_view::npos; end = line.find('\t')) {
    cells.emplace_back(line.substr(0, end));
    line.remove_prefix(end + 1);
  }
  cells.emplace_back(line);
  return cells;
}

// The columns are the sentence's source, 0 or 1, the author's own mark, and the sentence.
bool is_row_of_cola(const std::vector<std::string>& cells) {
  return cells.size() == 4 && (cells[1] == "0" || cells[1] == "1") && (cells[2].empty() || cells[2] == "*");
}

// QQP's train.tsv as published contains texts with a line break or a tab in them.
bool is_qqp(const Table& table) {
  return table.find("question1") && table.find("question2") && table.find("is_duplicate");
}

// Decides which rows are dropped and counted, and which end the command. Without `rules` every fault ends it: all rows
// are returned.
class RowCheck {
 public:
  RowCheck(Table& table, const DataConfig* rules) : table_(table), rules_(rules) {}

  bool keeps_text(std::string_view text, std::int64_t line) {
    if (is_utf8(text)) return true;
    const bool drop = rules_ != nullptr && rules_->invalid_utf8 == BadPairRule::kDrop && !table_.columns.empty();
    return reject(table_.invalid_utf8, drop, line, "is not UTF-8", "invalid_utf8");
  }
  bool keeps_cells(std::size_t cells, std::int64_t line) {
    if (cells == table_.columns.size()) return true;
    const bool drop = rules_ != nullptr && (rules_->broken_rows == BrokenRowRule::kDrop ||
                                            (rules_->broken_rows == BrokenRowRule::kAuto && is_qqp(table_)));
    return reject(table_.broken, drop, line,
                  fmt::format("has {} columns, the table has {}; columns are separated by tabs, without quotes", cells,
                              table_.columns.size()),
                  "broken_rows");
  }

 private:
  bool reject(DroppedPairs& dropped, bool drop, std::int64_t line, std::string_view what, std::string_view key) {
    const std::string place = fmt::format("{}:{}", table_.path.string(), line);
    if (!drop)
      throw_error<DataError>(
          "{}: {}; correct the row{}", place, what,
          rules_ != nullptr ? fmt::format(", or drop such rows with data.{} = \"drop\"", key) : std::string());
    if (dropped.count++ == 0) dropped.first = place;
    return false;
  }

  Table& table_;
  const DataConfig* rules_;
};

// Two columns of the same name would be ambiguous; columns without a name are never asked for.
void refuse_repeated(const Table& table) {
  std::unordered_set<std::string_view> seen;
  for (const std::string& name : table.columns)
    if (!name.empty() && !seen.insert(name).second)
      throw_error<DataError>("{}:1: two columns are named \"{}\"; rename one of them", table.path.string(), name);
}

Table read(LineReader reader, const DataConfig* rules) {
  const std::filesystem::path path = reader.path();
  Table table{path, {}, {}};
  RowCheck check(table, rules);
  for (std::string line; reader.next(line);) {
    const std::int64_t number = reader.line_number();
    std::string_view text = line;
    while (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty() && table.columns.size() != 1) continue;
    if (!check.keeps_text(text, number)) continue;
    std::vector<std::string> cells = split(text);
    if (table.columns.empty()) {
      const bool named = !is_row_of_cola(cells);
      table.columns = named ? cells : std::vector<std::string>{"source", "label", "star", "sentence"};
      if (named) refuse_repeated(table);
      if (named) continue;
    }
    if (check.keeps_cells(cells.size(), number)) table.rows.push_back({number, std::move(cells)});
  }
  if (!table.rows.empty()) return table;
  const std::vector<std::string> dropped = dropped_lines(table);
  if (!dropped.empty()) throw_error<DataError>("{}; no row is left", fmt::join(dropped, "; "));
  throw_error<DataError>("{}: has no rows; a table is a line of column names and one line an example", path.string());
}

}  // namespace

std::optional<std::size_t> Table::find(std::string_view column) const {
  const auto found = std::find(columns.begin(), columns.end(), column);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

Table read_table(const std::filesystem::path& path) { return read(LineReader(path), nullptr); }

Table read_table(LineReader reader) { return read(std::move(reader), nullptr); }

Table read_table(const std::filesystem::path& path, const DataConfig& rules) { return read(LineReader(path), &rules); }

std::vector<std::string> dropped_lines(const Table& table) {
  std::vector<std::string> lines;
  const auto add = [&](const DroppedPairs& dropped, std::string_view why) {
    if (dropped.count > 0)
      lines.push_back(fmt::format("{}: {} rows dropped: {} (first: {})", table.path.string(),
                                  format_count(dropped.count), why, dropped.first));
  };
  add(table.invalid_utf8, "not UTF-8");
  add(table.broken, fmt::format("another number of columns than {}", table.columns.size()));
  return lines;
}

}  // namespace prenorm::data
