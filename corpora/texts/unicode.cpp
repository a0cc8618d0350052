#include "corpora/texts/unicode.h"

#include <utf8proc.h>

namespace prenorm::corpora {
namespace {
constexpr char32_t kReplacement = 0xFFFD;
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  utf8proc_int32_t code = -1;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at;
  const utf8proc_ssize_t used = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() - at), &code);
  if (used <= 0) {
    ++at;
    return kReplacement;
  }
  at += static_cast<std::size_t>(used);
  return static_cast<char32_t>(code);
}

void append_code_point(std::string& text, char32_t code) {
  utf8proc_uint8_t bytes[4];
  const auto value = static_cast<utf8proc_int32_t>(code);
  const auto used = utf8proc_encode_char(utf8proc_codepoint_valid(value) ? value : kReplacement, bytes);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(used));
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

bool is_letter(char32_t code) {
  if (code < 0x80) return is_ascii_letter(static_cast<char>(code));
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool is_upper(char32_t code) {
  if (code < 0x80) return code >= 'A' && code <= 'Z';
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT;
}

bool is_latin_or_common(char32_t code) {
  // Latin-1, Extended-A, Extended-B and Extended Additional contain everything that European languages in Latin script
  // need.
  return code < 0x250 || (code >= 0x1E00 && code < 0x1F00) || !is_letter(code);
}

std::string to_lower(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    if (code < 0x80)
      result += static_cast<char>(code >= 'A' && code <= 'Z' ? code + 32 : code);
    else
      append_code_point(result, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code))));
  }
  return result;
}

}  // namespace prenorm::corpora
