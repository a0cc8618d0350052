#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace prenorm::training {

// All lines of a plain or gzip text, without ends of line and byte order mark.
// Errors: FileError; DataError naming file:line for a line that is not UTF-8.
std::vector<std::string> read_lines(const std::filesystem::path& path);

}  // namespace prenorm::training
