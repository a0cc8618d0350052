// Columns for people, and comma-separated values for programs.
#pragma once

#include <string>
#include <vector>

namespace prenorm {

struct TextTable {
  std::vector<std::string> header;
  std::vector<bool> right;  // columns aligned to the right, as numbers are
  std::vector<std::vector<std::string>> rows;
};

// Two blanks between columns, none at the ends of lines.
std::string aligned(const TextTable& table);
// RFC 4180, with \n at the ends of lines.
std::string csv(const TextTable& table);

}  // namespace prenorm
