// Two files that are translations of each other, line by line.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "prenorm/config/data_config.h"
#include "prenorm/data/text_counts.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::data {

struct TextPair {
  std::string source;
  std::string target;
  std::int64_t line = 0;  // counted from 1, the same in both files

  std::size_t bytes() const { return source.size() + target.size(); }
};

// Reads the pairs that the rules of DataConfig allow and counts the others. Memory: one pair.
//
//   ParallelText text(source, target, rules);
//   for (TextPair pair; text.next(pair);)
//     if (text.admit(pair.line, source_ids.size(), target_ids.size())) ...   // the rules about tokens
//   text.finish();
//
// Every error is a DataError that names file:line and the key that would drop such pairs instead.
class ParallelText {
 public:
  // A sentence with more bytes than this per allowed token is too long and need not be tokenized.
  static constexpr std::int64_t kBytesPerToken = 1024;

  // Counts the lines of both files first. Errors: FileError if one cannot be read, DataError if the counts differ or
  // are both 0.
  ParallelText(const std::filesystem::path& source, const std::filesystem::path& target, const DataConfig& rules);

  // The next pair that is UTF-8 and has text on both sides; false at the end.
  bool next(TextPair& pair);
  // Whether to keep a pair with this many tokens (without end of sentence); call it for each pair of next().
  bool admit(std::int64_t line, std::int64_t source_tokens, std::int64_t target_tokens);
  // Call it at the end. Errors: DataError if no pair was kept.
  void finish() const;

  std::int64_t lines() const { return lines_; }
  const TextReport& report() const { return report_; }

 private:
  enum class Side : std::uint8_t { kSource, kTarget };
  enum class Fault : std::uint8_t { kInvalidUtf8, kEmpty, kTooLong };

  bool usable(const TextPair& pair);
  void reject(Fault fault, Side side, std::int64_t line, const std::string& what);
  std::string place(Side side, std::int64_t line) const;
  std::int64_t limit(Side side) const;
  [[noreturn]] void refuse_line_counts(std::int64_t source_lines, std::int64_t target_lines) const;

  DataConfig rules_;
  LineReader source_;
  LineReader target_;
  std::int64_t lines_ = 0;
  TextReport report_;
  std::array<std::int64_t, 3> first_line_{};  // for each Fault
};

}  // namespace prenorm::data
