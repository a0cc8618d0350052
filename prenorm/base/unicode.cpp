#include "prenorm/base/unicode.h"

#include <utf8proc.h>

#include "prenorm/base/utf8.h"

namespace prenorm {
namespace {

utf8proc_category_t category(char32_t c) {
  return c == kNotUtf8 ? UTF8PROC_CATEGORY_CN : utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool is_between(char32_t c, utf8proc_category_t first, utf8proc_category_t last) {
  const utf8proc_category_t found = category(c);
  return found >= first && found <= last;
}

bool is_separator(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_ZS, UTF8PROC_CATEGORY_ZP); }

bool is_invisible(char32_t c) { return c == 0x2581 || c == 0xFFFD || is_separator(c) || is_control_or_format(c); }

}  // namespace

bool is_letter(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LO); }
bool is_upper(char32_t c) {
  const utf8proc_category_t found = category(c);
  return found == UTF8PROC_CATEGORY_LU || found == UTF8PROC_CATEGORY_LT;
}
bool is_symbol(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_SM, UTF8PROC_CATEGORY_SO); }
bool is_number(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NO); }
bool is_mark(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_ME); }
bool is_nonspacing_mark(char32_t c) { return category(c) == UTF8PROC_CATEGORY_MN; }
bool is_punctuation(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_PC, UTF8PROC_CATEGORY_PO); }
bool is_control_or_format(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CF); }
bool is_white_space(char32_t c) { return (c >= 0x09 && c <= 0x0D) || c == 0x85 || is_separator(c); }
bool is_python_space(char32_t c) { return is_white_space(c) || (c >= 0x1C && c <= 0x1F); }
bool is_word_character(char32_t c) {
  const utf8proc_category_t found = category(c);
  return is_letter(c) || is_mark(c) || found == UTF8PROC_CATEGORY_ND || found == UTF8PROC_CATEGORY_NL ||
         found == UTF8PROC_CATEGORY_PC || c == 0x200C || c == 0x200D;
}
bool continues_word(char32_t c) { return c == kNotUtf8 || is_letter(c) || is_number(c) || is_mark(c); }

// Latin-1, Extended-A, Extended-B and Extended Additional hold all that European languages in Latin script need.
bool is_latin_or_common(char32_t c) { return c < 0x250 || (c >= 0x1E00 && c < 0x1F00) || !is_letter(c); }

bool is_blank(std::string_view text) {
  while (!text.empty())
    if (!is_invisible(take_character(text))) return false;
  return true;
}

std::string to_lower(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();)
    append_utf8(result,
                static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(next_character(text, at)))));
  return result;
}

}  // namespace prenorm
