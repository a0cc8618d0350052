#include "prenorm/text/basic_tokens.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <utility>

#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"
#include "prenorm/metrics/lowercase.h"

namespace prenorm::text {
namespace {

// The blocks of CJK ideographs; Hangul, Hiragana and Katakana are written with blanks or split by WordPiece itself.
bool is_chinese(char32_t c) {
  constexpr std::array<std::pair<char32_t, char32_t>, 8> kBlocks{{{0x4E00, 0x9FFF},
                                                                  {0x3400, 0x4DBF},
                                                                  {0x20000, 0x2A6DF},
                                                                  {0x2A700, 0x2B73F},
                                                                  {0x2B740, 0x2B81F},
                                                                  {0x2B820, 0x2CEAF},
                                                                  {0xF900, 0xFAFF},
                                                                  {0x2F800, 0x2FA1F}}};
  return std::any_of(kBlocks.begin(), kBlocks.end(),
                     [c](const auto& block) { return block.first <= c && c <= block.second; });
}

// Other control characters, such as the form feed, are dropped without splitting.
bool is_blank(char32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (is_white_space(c) && !is_control_or_format(c));
}

// In ASCII everything but letters, numbers and blanks, even what Unicode calls a symbol ($, +, ^).
bool cuts(char32_t c) {
  if (c < 0x80) return c > 0x20 && c < 0x7F && !is_letter(c) && !is_number(c);
  return is_punctuation(c);
}

std::u32string without_accents(std::u32string_view word) {
  std::string utf8;
  for (const char32_t c : word) append_utf8(utf8, c);
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(utf8.data());
  // No character decomposes into more than four (UAX 15, table 6).
  std::vector<utf8proc_int32_t> decomposed(word.size() * 4 + 1);
  const utf8proc_ssize_t size =
      utf8proc_decompose(bytes, static_cast<utf8proc_ssize_t>(utf8.size()), decomposed.data(),
                         static_cast<utf8proc_ssize_t>(decomposed.size()),
                         static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE));
  decomposed.resize(static_cast<std::size_t>(std::clamp<utf8proc_ssize_t>(size, 0, std::ssize(decomposed))));
  std::u32string plain;
  for (const utf8proc_int32_t c : decomposed)
    if (!is_nonspacing_mark(static_cast<char32_t>(c))) plain.push_back(static_cast<char32_t>(c));
  return plain;
}

std::u32string normalized(std::u32string word, BasicTokenRules rules) {
  if (rules.lower_case) word = metrics::to_lower(word);
  if (rules.strip_accents && std::any_of(word.begin(), word.end(), [](char32_t c) { return c >= 0x80; }))
    word = without_accents(word);
  return word;
}

void add_parts(const std::u32string& word, std::vector<std::u32string>& tokens) {
  bool open = false;  // whether the last token may grow
  for (const char32_t c : word) {
    const bool alone = cuts(c);
    if (alone || !open) tokens.emplace_back();
    tokens.back().push_back(c);
    open = !alone;
  }
}

// Calls on_word(normalized word), which may be empty, and on_blank() between two words.
template <class OnWord, class OnBlank>
void for_each_word(std::string_view text, BasicTokenRules rules, const OnWord& on_word, const OnBlank& on_blank) {
  std::u32string word;
  const auto end_word = [&] { on_word(normalized(std::exchange(word, {}), rules)); };
  while (!text.empty()) {
    const char32_t c = take_character(text);
    if (is_blank(c)) {
      end_word();
      on_blank();
    } else if (is_chinese(c)) {
      end_word();
      on_blank();
      word.push_back(c);
      end_word();
      on_blank();
    } else if (c != kNotUtf8 && c != 0xFFFD && !is_control_or_format(c)) {
      word.push_back(c);
    }
  }
  end_word();
}

}  // namespace

std::vector<std::u32string> basic_tokens(std::string_view text, BasicTokenRules rules) {
  std::vector<std::u32string> tokens;
  for_each_word(
      text, rules, [&](const std::u32string& word) { add_parts(word, tokens); }, [] {});
  return tokens;
}

std::string normalize_words(std::string_view text, BasicTokenRules rules) {
  std::string result;
  const auto append_word = [&](const std::u32string& word) {
    for (const char32_t c : word) append_utf8(result, c);
  };
  for_each_word(text, rules, append_word, [&] { result += ' '; });
  return result;
}

}  // namespace prenorm::text
