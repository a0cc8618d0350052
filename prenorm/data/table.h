// Tables of text: tab-separated, a line of column names first, no quoting, as GLUE's are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/config/data_config.h"
#include "prenorm/data/text_counts.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::data {

struct TableRow {
  std::int64_t line;  // of the file, from 1
  std::vector<std::string> cells;
};

struct Table {
  std::filesystem::path path;
  std::vector<std::string> columns;
  std::vector<TableRow> rows;
  DroppedPairs invalid_utf8{}, broken{};  // rows that the rules left out

  // The place of a column, where there is one of this name.
  std::optional<std::size_t> find(std::string_view column) const;
};

// A plain or gzip file. Byte-order mark, ends of line of any kind and empty lines (of a table with several columns) are
// left out. CoLA's table, which has no line of names, is recognised by its cells and given the names source, label,
// star and sentence. Every row is there. Errors: FileError; DataError naming the line where a row has too few or too
// many columns or is not UTF-8, where two columns have the same name, and where the table has no rows.
Table read_table(const std::filesystem::path& path);
// The same of a table that a reader gives: standard input, for one.
Table read_table(LineReader reader);
// The same of a file, without the rows that `rules` (broken_rows and invalid_utf8) let it drop.
Table read_table(const std::filesystem::path& path, const DataConfig& rules);

// What was left out, for people: a line for each kind of fault that occurred.
std::vector<std::string> dropped_lines(const Table& table);

}  // namespace prenorm::data
