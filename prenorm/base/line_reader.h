// Lines of a plain or gzip file, told apart by content. Memory: one line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace prenorm {

class LineReader {
 public:
  // Errors: FileError when the file is missing or cannot be read.
  explicit LineReader(const std::filesystem::path& path);
  ~LineReader();

  // Reads the next line without its end (\n or \r\n). False at the end of the file.
  // Errors: FileError when a gzip file is damaged or truncated, DataError for a line over 64 MiB.
  bool next(std::string& line);
  // Number of the line that next() read last, counted from 1.
  std::int64_t line_number() const { return line_number_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  struct Stream;
  std::filesystem::path path_;
  std::unique_ptr<Stream> stream_;
  std::int64_t line_number_ = 0;
};

// Whether text is well-formed UTF-8 (no surrogates, no overlong forms, nothing past U+10FFFF).
bool is_utf8(std::string_view text);

}  // namespace prenorm
