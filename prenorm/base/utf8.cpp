#include "prenorm/base/utf8.h"

#include <utf8proc.h>

#include "prenorm/base/error.h"

namespace prenorm {
namespace {

// Reads one character; returns its length in bytes, 0 if there is none.
std::size_t read_character(std::string_view text, char32_t& c) {
  utf8proc_int32_t code = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t used = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &code);
  c = static_cast<char32_t>(code);
  return used > 0 ? static_cast<std::size_t>(used) : 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  const auto* next = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = next + text.size();
  while (next < end) {
    const unsigned lead = *next++;
    if (lead < 0x80) continue;
    const int more = lead >= 0xC2 && lead < 0xE0   ? 1
                     : lead >= 0xE0 && lead < 0xF0 ? 2
                     : lead >= 0xF0 && lead < 0xF5 ? 3
                                                   : 0;
    if (more == 0 || end - next < more) return false;
    // The second byte's range excludes overlong forms, surrogates and values past U+10FFFF.
    const unsigned lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (*next < lowest || *next > highest) return false;
    for (int i = 1; i < more; ++i)
      if ((next[i] & 0xC0) != 0x80) return false;
    next += more;
  }
  return true;
}

char32_t take_character(std::string_view& text) {
  char32_t c = 0;
  const std::size_t used = read_character(text, c);
  text.remove_prefix(used > 0 ? used : 1);
  return used > 0 ? c : kNotUtf8;
}

char32_t next_character(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return ++at, lead;
  std::string_view rest = text.substr(at);
  const char32_t c = take_character(rest);
  at = text.size() - rest.size();
  return c == kNotUtf8 ? kReplacementCharacter : c;
}

void append_utf8(std::string& text, char32_t c) {
  utf8proc_uint8_t bytes[4];
  const auto code = static_cast<utf8proc_int32_t>(c);
  const auto valid = utf8proc_codepoint_valid(code) ? code : static_cast<utf8proc_int32_t>(kReplacementCharacter);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(utf8proc_encode_char(valid, bytes)));
}

std::string replace_invalid_utf8(std::string text) {
  if (is_utf8(text)) return text;
  std::string replaced;
  for (std::size_t at = 0; at < text.size();) append_utf8(replaced, next_character(text, at));
  return replaced;
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

std::u32string decode_utf8(std::string_view text) {
  std::u32string decoded;
  decoded.reserve(text.size());
  for (std::size_t offset = 0; offset < text.size();) {
    char32_t c = 0;
    const std::size_t used = read_character(text.substr(offset), c);
    if (used == 0) throw_error<DataError>("byte {} is not UTF-8; convert the text to UTF-8", offset + 1);
    decoded.push_back(c);
    offset += used;
  }
  return decoded;
}

std::string encode_utf8(std::u32string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char32_t c : text) append_utf8(encoded, c);
  return encoded;
}

}  // namespace prenorm
