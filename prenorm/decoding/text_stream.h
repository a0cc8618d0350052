// Text of tokens that come one after another: each piece once, as soon as no later token can change it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/text/tokenizer.h"

namespace prenorm::decoding {

// Bytes of a character that is not complete yet are held back, whether the tokenizer decodes them to themselves or, as
// SentencePiece does, each to U+FFFD. The pieces are UTF-8; together they are what Tokenizer::decode() gives for all
// tokens at once.
class TextStream {
 public:
  // `before`: the tokens that the text goes on from; what becomes of a blank at the begin of a piece depends on them.
  TextStream(const text::Tokenizer& tokenizer, std::span<const std::int32_t> before);

  // The text that has become certain; often empty. Errors: those of Tokenizer::decode.
  std::string push(std::int32_t id);
  // What is still held back; nothing more can come.
  std::string finish();

 private:
  std::string take(std::size_t end);
  void shorten_window();
  bool keep_last();
  void keep_ends();

  text::Tokenizer tokenizer_;
  std::vector<std::int32_t> window_;  // the newest tokens: decoding all there are for each new one would be quadratic
  std::string text_;                  // bytes of the window
  std::size_t given_ = 0;             // bytes of it that have been given out, or stood before
};

// Ends a text before the first of some stop texts, wherever it was cut into pieces: that which is complete first, of
// several complete at once the longest.
class StopFilter {
 public:
  // Errors: UsageError for an empty stop text.
  explicit StopFilter(std::vector<std::string> stops);

  // The text that can be printed: what may be the begin of a stop text waits.
  std::string push(std::string_view piece);
  // What waits; it was no stop text.
  std::string finish();
  // Whether a stop text has come; what follows it is swallowed.
  bool stopped() const { return stopped_; }

 private:
  std::vector<std::string> stops_;
  std::string waiting_;
  bool stopped_ = false;
};

}  // namespace prenorm::decoding
