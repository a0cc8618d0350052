#include "prenorm/base/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "prenorm/base/utf8.h"

namespace prenorm {
namespace {

// Control characters, separators of lines, marks and overrides of direction. Joiners are part of words in some scripts.
constexpr std::array<std::pair<char32_t, char32_t>, 5> kHidden{
    {{0x80, 0x9F}, {0x61C, 0x61C}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}}};

bool is_hidden(char32_t c) {
  return std::any_of(kHidden.begin(), kHidden.end(), [c](auto range) { return c >= range.first && c <= range.second; });
}

std::string escaped_byte(char c) {
  if (c == '\n') return "\\n";
  if (c == '\r') return "\\r";
  if (c == '\t') return "\\t";
  return fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::string_view rest = text;
    const char32_t code = take_character(text);
    const std::string_view character = rest.substr(0, rest.size() - text.size());
    if (code == kNotUtf8 || code < 0x20 || code == 0x7F)
      shown += escaped_byte(character.front());
    else if (is_hidden(code))
      shown += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
    else
      shown += character;
  }
  return shown;
}

}  // namespace prenorm
