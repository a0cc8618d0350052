#include "prenorm/metrics/bleu_tokenizer.h"

#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"
#include "prenorm/metrics/blanks.h"

namespace prenorm::metrics {
namespace {

std::u32string replace_all(std::u32string_view text, std::u32string_view from, std::u32string_view to) {
  std::u32string replaced;
  replaced.reserve(text.size());
  for (std::size_t begin = 0;;) {
    const std::size_t found = text.find(from, begin);
    replaced.append(text.substr(begin, found - begin));
    if (found == std::u32string_view::npos) return replaced;
    replaced.append(to);
    begin = found + from.size();
  }
}

// Puts blanks around every character of a class.
template <class Class>
std::u32string separate_each(std::u32string_view text, Class is_separate) {
  std::u32string separated;
  separated.reserve(2 * text.size());
  for (const char32_t c : text) {
    if (is_separate(c)) {
      separated.append({U' ', c, U' '});
    } else {
      separated.push_back(c);
    }
  }
  return separated;
}

enum class Separate : std::uint8_t { kFirst, kSecond };

// The published rules are regular expressions for two characters, `first second`, one of which gets blanks around it.
// Matches are found from left to right and do not overlap: the second character of a match cannot be the first of the
// next, which decides what becomes of "..".
template <class First, class Second>
std::u32string separate_in_pairs(std::u32string_view text, First is_first, Second is_second, Separate which) {
  std::u32string separated;
  separated.reserve(2 * text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 == text.size() || !is_first(text[i]) || !is_second(text[i + 1])) {
      separated.push_back(text[i]);
    } else if (which == Separate::kFirst) {
      separated.append({U' ', text[i], U' ', text[i + 1]});
      ++i;
    } else {
      separated.append({text[i], U' ', text[i + 1], U' '});
      ++i;
    }
  }
  return separated;
}

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool is_no_digit(char32_t c) { return !is_digit(c); }
bool is_point_or_comma(char32_t c) { return c == U'.' || c == U','; }
bool is_dash(char32_t c) { return c == U'-'; }
bool is_no_number(char32_t c) { return !is_number(c); }

// ASCII punctuation and symbols, including the blank, except apostrophe, comma, dash and full stop.
bool is_separate_in_13a(char32_t c) {
  return (c >= U'{' && c <= U'~') || (c >= U'[' && c <= U'`') || (c >= U' ' && c <= U'&') || (c >= U'(' && c <= U'+') ||
         (c >= U':' && c <= U'@') || c == U'/';
}

std::u32string separate_13a(std::u32string_view line) {
  std::u32string text = replace_all(line, U"<skipped>", U"");
  text = replace_all(text, U"-\n", U"");
  text = replace_all(text, U"\n", U" ");
  // The order matters: "&amp;lt;" must become "<".
  text = replace_all(text, U"&quot;", U"\"");
  text = replace_all(text, U"&amp;", U"&");
  text = replace_all(text, U"&lt;", U"<");
  text = replace_all(text, U"&gt;", U">");
  // The rules below look at a neighbour at both ends.
  text.insert(text.begin(), U' ');
  text.push_back(U' ');

  text = separate_each(text, is_separate_in_13a);
  text = separate_in_pairs(text, is_no_digit, is_point_or_comma, Separate::kSecond);
  text = separate_in_pairs(text, is_point_or_comma, is_no_digit, Separate::kFirst);
  return separate_in_pairs(text, is_digit, is_dash, Separate::kSecond);
}

std::u32string separate_intl(std::u32string_view line) {
  std::u32string text = separate_in_pairs(line, is_no_number, is_punctuation, Separate::kSecond);
  text = separate_in_pairs(text, is_punctuation, is_no_number, Separate::kFirst);
  return separate_each(text, is_symbol);
}

}  // namespace

std::u32string separate_tokens(std::u32string_view text, BleuTokenizer tokenizer) {
  switch (tokenizer) {
    case BleuTokenizer::k13a: return separate_13a(text);
    case BleuTokenizer::kIntl: return separate_intl(text);
    case BleuTokenizer::kChar: return separate_each(text, [](char32_t) { return true; });
    case BleuTokenizer::kNone: break;
  }
  return std::u32string(text);
}

std::vector<std::string> tokenize(std::string_view text, BleuTokenizer tokenizer) {
  const std::u32string separated = separate_tokens(decode_utf8(text), tokenizer);
  std::vector<std::string> tokens;
  for (const std::u32string_view token : split_at_blanks(separated)) tokens.push_back(encode_utf8(token));
  return tokens;
}

}  // namespace prenorm::metrics
