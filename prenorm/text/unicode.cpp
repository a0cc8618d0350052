#include "prenorm/text/unicode.h"

#include <utf8proc.h>

#include <algorithm>

#include "prenorm/files/line_reader.h"

namespace prenorm::text {
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

char32_t take_character(std::string_view& text) {
  utf8proc_int32_t code = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t used = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &code);
  text.remove_prefix(used > 0 ? static_cast<std::size_t>(used) : 1);
  return used > 0 ? static_cast<char32_t>(code) : kNotUtf8;
}

void append_utf8(std::string& text, char32_t c) {
  utf8proc_uint8_t bytes[4];
  const utf8proc_ssize_t used = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(used));
}

std::string replace_invalid_utf8(std::string text) {
  if (is_utf8(text)) return text;
  std::string replaced;
  for (std::string_view rest = text; !rest.empty();) {
    const char32_t c = take_character(rest);
    append_utf8(replaced, c == kNotUtf8 ? 0xFFFD : c);
  }
  return replaced;
}

bool is_letter(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LO); }
bool is_number(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NO); }
bool is_mark(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_ME); }
bool is_nonspacing_mark(char32_t c) { return category(c) == UTF8PROC_CATEGORY_MN; }
bool is_punctuation(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_PC, UTF8PROC_CATEGORY_PO); }
bool is_control_or_format(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CF); }
bool is_white_space(char32_t c) { return (c >= 0x09 && c <= 0x0D) || c == 0x85 || is_separator(c); }
bool is_word_character(char32_t c) {
  const utf8proc_category_t found = category(c);
  return is_letter(c) || is_mark(c) || found == UTF8PROC_CATEGORY_ND || found == UTF8PROC_CATEGORY_NL ||
         found == UTF8PROC_CATEGORY_PC || c == 0x200C || c == 0x200D;
}
bool continues_word(char32_t c) { return c == kNotUtf8 || is_letter(c) || is_number(c) || is_mark(c); }

bool is_blank(std::string_view text) {
  while (!text.empty())
    if (!is_invisible(take_character(text))) return false;
  return true;
}

}  // namespace prenorm::text
