// A sample of a text file's lines that depends only on its content, size and key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "prenorm/base/random.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::text {

// SentencePiece skips longer lines when it trains.
inline constexpr std::size_t kLongestTrainingLine = 4192;

// Whether a tokenizer can learn from the line: UTF-8, not blank, not too long.
bool is_training_line(std::string_view line);

// Up to max_lines of the training lines of a plain or gzip file, in file order, where every subset of that size is
// equally likely (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S). Reads the file twice; memory: one line.
class LineSample {
 public:
  // Errors: FileError, DataError as LineReader.
  LineSample(const std::filesystem::path& path, std::int64_t max_lines, std::uint64_t key);

  // False when the sample is complete.
  bool next(std::string& line);
  std::int64_t size() const { return size_; }

 private:
  LineReader reader_;
  RandomStream random_;
  std::int64_t unseen_ = 0;  // training lines not yet seen
  std::int64_t wanted_ = 0;  // how many of them will still be taken
  std::int64_t size_ = 0;
};

}  // namespace prenorm::text
