// What the columns of a table of examples mean: given by name in [data], or known for the tables of GLUE (Wang et al.
// 2019, "GLUE: A Multi-Task Benchmark and Analysis Platform for Natural Language Understanding").
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
  std::string text, second_text, label;  // names of columns; second_text is empty where examples are single texts
  std::vector<std::string> classes;      // their names by index; none where labels are numbers
  std::vector<metrics::Score> scores;    // the first is the main one

  bool has_classes() const { return !classes.empty(); }
  std::int64_t outputs() const { return has_classes() ? static_cast<std::int64_t>(classes.size()) : 1; }
};

// That of a table to train on. Classes are its distinct labels in the order of their bytes. Scores are those that GLUE
// reports for its tasks: accuracy, and F1 for MRPC and QQP; Matthews' correlation for CoLA; Pearson's and Spearman's
// for STS-B; for other tables those of Pearson and Spearman, or accuracy, and F1 of class 1 where there are two.
// Errors: DataError naming the columns that are missing and those that are there, or a single class.
ExampleFormat format_of(const Table& table, const DataConfig& config);

// Where the texts and labels of a table stand.
struct ExampleColumns {
  std::size_t text;
  std::optional<std::size_t> second_text, label;
};
// A label is needed unless `optional_label`. Errors: DataError naming the column that is missing.
ExampleColumns columns_of(const Table& table, const ExampleFormat& format, bool optional_label);

// The label of a row: an index into `format.classes`, or a number. Errors: DataError with the line and the set.
std::int64_t class_of(const Table& table, const TableRow& row, std::size_t column, const ExampleFormat& format);
double number_of(const Table& table, const TableRow& row, std::size_t column);

// As JSON, so that a run can be used without the table it was trained on. Errors: FileError; DataError where the file
// is no such object.
void write_format(const std::filesystem::path& path, const ExampleFormat& format);
ExampleFormat read_format(const std::filesystem::path& path);

}  // namespace prenorm::data
