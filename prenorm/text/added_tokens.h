// Tokens that were added to a finished vocabulary, such as <|user|>: text that spells one becomes that token before
// anything else happens to the text. The rules are those of added_tokens in a tokenizer.json of Hugging Face's
// tokenizers.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace prenorm::text {

struct AddedToken {
  std::string content;
  std::int32_t id = -1;
  bool special = false;      // text never becomes this token
  bool single_word = false;  // not inside a word
  bool lstrip = false;       // includes the white space before it
  bool rstrip = false;       // includes the white space after it
  bool normalized = false;   // is searched for in normalized text
  bool in_model = false;     // is also a piece of the vocabulary itself
};

class AddedTokens {
 public:
  using Normalize = std::function<std::string(std::string_view)>;

  AddedTokens() = default;
  // `normalize`: what the tokenizer does to text before splitting it; used only during construction.
  AddedTokens(std::vector<AddedToken> tokens, const Normalize& normalize);

  // Whether there are no tokens to search for.
  bool empty() const { return as_written_.count == 0 && normalized_.count == 0; }
  bool has_normalized() const { return normalized_.count > 0; }
  // Whether the id belongs to a token that text can become.
  bool contains(std::int32_t id) const { return ids_.contains(id); }

  struct Part {
    std::string_view text;
    std::int32_t id = -1;  // the id of the token that the part is, or -1
  };
  // The text in parts, in order. Of tokens that begin at the same place the longest wins; special tokens are left as
  // text. Call it first for the original text, then for the remaining text after normalisation.
  std::vector<Part> split(std::string_view text) const { return split(text, as_written_); }
  std::vector<Part> split_normalized(std::string_view text) const { return split(text, normalized_); }

 private:
  struct Pattern {
    std::string text;
    std::size_t token;
  };
  struct Patterns {
    std::array<std::vector<Pattern>, 256> by_first_byte;  // longest first
    std::size_t count = 0;                                // without special tokens
  };
  const Pattern* longest_at(std::string_view rest, const Patterns& patterns) const;
  std::vector<Part> split(std::string_view text, const Patterns& patterns) const;

  std::vector<AddedToken> tokens_;
  std::unordered_set<std::int32_t> ids_;  // ids of the tokens that text can become
  Patterns as_written_, normalized_;
};

}  // namespace prenorm::text
