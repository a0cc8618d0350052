// Tables of text: tab-separated, with a first line of column names and no quoting, as in GLUE.
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
  std::int64_t line;  // in the file, counted from 1
  std::vector<std::string> cells;
};

struct Table {
  std::filesystem::path path;
  std::vector<std::string> columns;
  std::vector<TableRow> rows;
  DroppedPairs invalid_utf8{}, broken{};  // rows dropped by the rules

  // The index of the column of this name, if there is one.
  std::optional<std::size_t> find(std::string_view column) const;
};

// Reads a plain or gzip file. Byte order mark, ends of line of any kind and empty lines (of a table with several
// columns) are removed. CoLA's table, which has no line of names, is recognised by its cells and given the names
// source, label, star and sentence. Every row is returned. Errors: FileError; DataError naming the line if a row has
// too few or too many columns or is not UTF-8, if two columns have the same name, and if the table has no rows.
Table read_table(const std::filesystem::path& path);
// The same for a table from a reader, such as standard input.
Table read_table(LineReader reader);
// The same for a file, without the rows that `rules` (broken_rows and invalid_utf8) allow to drop.
Table read_table(const std::filesystem::path& path, const DataConfig& rules);

// The dropped rows, for human readers: one line for each kind of fault that occurred.
std::vector<std::string> dropped_lines(const Table& table);

}  // namespace prenorm::data
