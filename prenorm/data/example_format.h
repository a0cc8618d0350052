// The meaning of the columns of a table of examples: given by name in [data], or known for the tables of GLUE (Wang et
// al. 2019, "GLUE: A Multi-Task Benchmark and Analysis Platform for Natural Language Understanding").
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/config/data_config.h"
#include "prenorm/data/table.h"
#include "prenorm/metrics/classification.h"

namespace prenorm::data {

struct ExampleFormat {
  std::string text, second_text, label;  // column names; second_text is empty if examples are single texts
  std::vector<std::string> classes;      // their names by index; empty if labels are numbers
  std::vector<metrics::Score> scores;    // the first is the main one

  bool has_classes() const { return !classes.empty(); }
  std::int64_t outputs() const { return has_classes() ? static_cast<std::int64_t>(classes.size()) : 1; }
};

// The format of a training table. Classes are its distinct labels in the order of their bytes. Scores are those that
// GLUE reports for its tasks: accuracy, and F1 for MRPC and QQP; Matthews' correlation for CoLA; Pearson's and
// Spearman's for STS-B. For other tables they are Pearson's and Spearman's, or accuracy, plus F1 of class 1 if there
// are two classes. Errors: DataError naming the missing and the existing columns, or a single class.
ExampleFormat format_of(const Table& table, const DataConfig& config);

// The columns of a table's texts and labels.
struct ExampleColumns {
  std::size_t text;
  std::optional<std::size_t> second_text, label;
};
// A label is required unless `optional_label`. Errors: DataError naming the missing column.
ExampleColumns columns_of(const Table& table, const ExampleFormat& format, bool optional_label);

// The label of a row: an index into `format.classes`, or a number. Errors: DataError with the line and the set.
std::int64_t class_of(const Table& table, const TableRow& row, std::size_t column, const ExampleFormat& format);
double number_of(const Table& table, const TableRow& row, std::size_t column);

// Stored as JSON, so that a run can be used without its training table. Errors: FileError; DataError if the file is not
// such an object.
void write_format(const std::filesystem::path& path, const ExampleFormat& format);
ExampleFormat read_format(const std::filesystem::path& path);

}  // namespace prenorm::data
