// A text in the pieces that it is tokenized in. Memory: one piece.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "prenorm/config/data_config.h"
#include "prenorm/data/text_counts.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::data {

// What becomes of the lines of a text.
enum class TextShape : std::uint8_t {
  kDocuments,  // lines with text in them, in documents: for masked language models
  kStream,     // all that stands there, newlines included: for causal language models
};

struct TextPiece {
  std::string text;
  std::int64_t line = 0;         // that it begins with, counted from 1
  bool begins_document = false;  // of a stream always

  std::size_t bytes() const { return text.size(); }
};

// What was read of a text.
struct TextCounts {
  std::int64_t lines = 0;
  std::int64_t bytes = 0;  // of the lines that were kept, a newline for each included
  DroppedPairs invalid_utf8;
};

// Documents: each line with text is a piece, and rules.documents says which begin one. A stream: pieces of about 1 KiB,
// cut where it makes no difference to a tokenizer that splits at white space: before a newline after something visible.
// Lines end with \n or \r\n, and each as if with \n; a byte order mark at the begin is dropped.
class TextPieces {
 public:
  // Errors: FileError when the file cannot be read.
  TextPieces(const std::filesystem::path& path, TextShape shape, const DataConfig& rules);

  // The next piece; false at the end. Errors: DataError naming file:line for a line that is not UTF-8, unless
  // rules.invalid_utf8 lets it be dropped.
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
