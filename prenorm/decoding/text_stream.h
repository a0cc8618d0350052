// Text of tokens that arrive one by one: each piece once, as soon as no later token can change it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/text/tokenizer.h"

namespace prenorm::decoding {

// Bytes of an incomplete character are held back, whether the tokenizer decodes them to themselves or, as
// SentencePiece, each to U+FFFD. The pieces are UTF-8; together they are what Tokenizer::decode() returns for all
// tokens at once.
class TextStream {
 public:
  // `before`: the preceding tokens, which decide what becomes of a blank at the start of a piece.
  TextStream(const text::Tokenizer& tokenizer, std::span<const std::int32_t> before);

  // Returns the text that has become certain; often empty. Errors: those of Tokenizer::decode.
  std::string push(std::int32_t id);
  // Returns what is still held back, when nothing more can come.
  std::string finish();

 private:
  std::string take(std::size_t end);
  void shorten_window();
  bool keep_last();
  void keep_ends();

  text::Tokenizer tokenizer_;
  std::vector<std::int32_t> window_;  // the newest tokens: decoding all of them for each new one would take quadratic
                                      // time
  std::string text_;                  // bytes of the window
  std::size_t given_ = 0;             // how many of them have been returned, or precede the text
};

// Ends a text before the first of several stop texts, wherever its pieces begin: the first to be complete, and of
// several that are complete at once the longest.
class StopFilter {
 public:
  // Errors: UsageError for an empty stop text.
  explicit StopFilter(std::vector<std::string> stops);

  // Returns the text that can be printed; what may begin a stop text is held back.
  std::string push(std::string_view piece);
  // Returns what was held back, which was not a stop text.
  std::string finish();
  // Whether a stop text has come; everything after it is dropped.
  bool stopped() const { return stopped_; }

 private:
  std::vector<std::string> stops_;
  std::string waiting_;
  bool stopped_ = false;
};

}  // namespace prenorm::decoding
