#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "prenorm/files/line_reader.h"

namespace prenorm {

// All lines of a plain or gzip text, without ends of line and byte order mark.
// Errors: FileError; DataError naming file:line for a line that is not UTF-8, and for a text too large for the memory.
std::vector<std::string> read_lines(const std::filesystem::path& path);
std::vector<std::string> read_lines(LineReader reader);

}  // namespace prenorm
