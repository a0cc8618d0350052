#include "prenorm/data/table.h"

#include <algorithm>
#include <unordered_set>

#include "prenorm/base/error.h"

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

// Where the sentence is from, 0 or 1, the author's own mark, the sentence.
bool is_row_of_cola(const std::vector<std::string>& cells) {
  return cells.size() == 4 && (cells[1] == "0" || cells[1] == "1") && (cells[2].empty() || cells[2] == "*");
}

// Which of two columns of one name is meant cannot be said; columns without a name are not asked for.
void refuse_repeated(const Table& table) {
  std::unordered_set<std::string_view> seen;
  for (const std::string& name : table.columns)
    if (!name.empty() && !seen.insert(name).second)
      throw_error<DataError>("{}:1: two columns are named \"{}\"; rename one of them", table.path.string(), name);
}

}  // namespace

std::optional<std::size_t> Table::find(std::string_view column) const {
  const auto found = std::find(columns.begin(), columns.end(), column);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

Table read_table(const std::filesystem::path& path) { return read_table(LineReader(path)); }

Table read_table(LineReader reader) {
  const std::filesystem::path path = reader.path();
  Table table{path, {}, {}};
  for (std::string line; reader.next(line);) {
    const std::int64_t number = reader.line_number();
    std::string_view text = line;
    while (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty() && table.columns.size() != 1) continue;
    if (!is_utf8(text)) throw_error<DataError>("{}:{}: is not UTF-8", path.string(), number);
    std::vector<std::string> cells = split(text);
    if (table.columns.empty()) {
      const bool named = !is_row_of_cola(cells);
      table.columns = named ? cells : std::vector<std::string>{"source", "label", "star", "sentence"};
      if (named) refuse_repeated(table);
      if (named) continue;
    }
    if (cells.size() != table.columns.size())
      throw_error<DataError>("{}:{}: has {} columns, the table has {}; columns are parted by tabs, without quotes",
                             path.string(), number, cells.size(), table.columns.size());
    table.rows.push_back({number, std::move(cells)});
  }
  if (table.rows.empty())
    throw_error<DataError>("{}: has no rows; a table is a line of column names and one line an example", path.string());
  return table;
}

}  // namespace prenorm::data
