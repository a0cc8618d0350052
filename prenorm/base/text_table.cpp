#include "prenorm/base/text_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace prenorm {
namespace {

// Width of the text, counting one column per character.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool quoted = cells[i].find_first_of(",\"\n\r") != std::string::npos;
    std::string text;
    for (const char c : cells[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += fmt::format("{}{}", i > 0 ? "," : "", quoted ? '"' + text + '"' : text);
  }
  return line + "\n";
}

}  // namespace

std::string aligned(const TextTable& table) {
  std::vector<std::size_t> widths(table.header.size());
  std::vector<std::vector<std::string>> lines{table.header};
  lines.insert(lines.end(), table.rows.begin(), table.rows.end());
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string blanks(widths[i] - width_of(line[i]), ' ');
      row += fmt::format("{}{}", i > 0 ? "  " : "", table.right[i] ? blanks + line[i] : line[i] + blanks);
    }
    text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string csv(const TextTable& table) {
  std::string text = csv_line(table.header);
  for (const auto& row : table.rows) text += csv_line(row);
  return text;
}

}  // namespace prenorm
