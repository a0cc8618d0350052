// Tokens that were added to a vocabulary after it was made, such as <|user|>: text that spells one becomes it before
// anything else is done with the text. The rules are those of added_tokens in a tokenizer.json of Hugging Face's
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
  bool special = false;      // no text becomes it
  bool single_word = false;  // not inside a word
  bool lstrip = false;       // takes the white space before it along
  bool rstrip = false;       // and that behind it
  bool normalized = false;   // is looked for in normalized text
  bool in_model = false;     // is a piece of the vocabulary proper too
};

class AddedTokens {
 public:
  using Normalize = std::function<std::string(std::string_view)>;

  AddedTokens() = default;
  // `normalize`: what the tokenizer does with text before it cuts it; used during construction.
  AddedTokens(std::vector<AddedToken> tokens, const Normalize& normalize);

  // Whether there is nothing to look for.
  bool empty() const { return as_written_.count == 0 && normalized_.count == 0; }
  bool has_normalized() const { return normalized_.count > 0; }
  // Whether the id is that of a token that text becomes.
  bool contains(std::int32_t id) const { return ids_.contains(id); }

  struct Part {
    std::string_view text;
    std::int32_t id = -1;  // of the token that the part is, else -1
  };
  // The text in parts, in order. Of tokens that begin at one place the longest counts; a special one is text, all of
  // it. First to be called for text as it is written, then for what is left of it, normalized.
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
  std::unordered_set<std::int32_t> ids_;  // of those that text becomes
  Patterns as_written_, normalized_;
};

}  // namespace prenorm::text
