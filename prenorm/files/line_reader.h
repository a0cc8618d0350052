// Lines of a plain or gzip file, distinguished by content. A byte order mark before the first is skipped. Memory: one
// line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/base/utf8.h"
#include "prenorm/files/byte_reader.h"
#include "prenorm/files/input_file.h"

namespace prenorm {

class LineReader {
 public:
  // Errors: FileError if the file is missing, cannot be read or, unless it is read only once, is not a regular file.
  explicit LineReader(const std::filesystem::path& path, Reading reading = Reading::kAgain);
  // Reads standard input; path() is then "standard input".
  static LineReader standard_input();

  // Reads the next line without its end (\n or \r\n). False at the end of the file.
  // Errors: FileError when a gzip file is damaged or truncated, DataError for a line over 64 MiB.
  bool next(std::string& line);
  // All remaining lines. Errors: as next(); DataError for more than 1 GiB of them.
  std::vector<std::string> all_lines();
  // Number of the line that next() read last, counted from 1.
  std::int64_t line_number() const { return line_number_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  LineReader(InputFile file, std::filesystem::path path);

  std::filesystem::path path_;
  ByteReader bytes_;
  std::string_view unread_;  // the unread part of what bytes_ returned last
  std::int64_t line_number_ = 0;
};

}  // namespace prenorm
