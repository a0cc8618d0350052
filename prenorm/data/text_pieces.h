// Splits a text into the pieces that are tokenized together. Memory: one piece.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "prenorm/config/data_config.h"
#include "prenorm/data/text_counts.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::data {

// What a text is turned into.
enum class TextShape : std::uint8_t {
  kDocuments,  // documents of the lines that have text: for masked language models
  kStream,     // everything, newlines included: for causal language models
};

struct TextPiece {
  std::string text;
  std::int64_t line = 0;         // its first line, counted from 1
  bool begins_document = false;  // always true in a stream

  std::size_t bytes() const { return text.size(); }
};

// Counts of what was read.
struct TextCounts {
  std::int64_t lines = 0;
  std::int64_t bytes = 0;  // of the kept lines, counting a newline for each
  DroppedPairs invalid_utf8;
};

// Documents: each line with text is a piece, and rules.documents decides which begin one. A stream: pieces of about 1
// KiB, cut where it makes no difference to a tokenizer that splits at white space: before a newline that follows
// something visible. Lines end with \n or \r\n, and are read as if with \n; a byte order mark at the start is dropped.
class TextPieces {
 public:
  // Errors: FileError if the file cannot be read.
  TextPieces(const std::filesystem::path& path, TextShape shape, const DataConfig& rules);

  // The next piece; false at the end. Errors: DataError naming file:line for a line that is not UTF-8, unless
  // rules.invalid_utf8 allows dropping it.
  bool next(TextPiece& piece);
  const TextCounts& counts() const { return counts_; }

 private:
  bool next_line(std::string& line);
  bool next_of_document(TextPiece& piece);
  bool next_of_stream(TextPiece& piece);

  LineReader reader_;
  TextShape shape_;
  DataConfig rules_;
  TextCounts counts_;
  bool document_ended_ = true;    // kDocuments: the next line with text begins one
  bool newline_pending_ = false;  // kStream: the last piece was cut before its newline
};

}  // namespace prenorm::data
