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

// Number of bytes in the character that begins with `lead`; 1 if `lead` does not begin one.
std::size_t length_of(unsigned char lead) { return lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1; }

char32_t decode(std::string_view character) {
  char32_t code = static_cast<unsigned char>(character[0]) & (0xFFU >> (character.size() + 1));
  for (const char c : character.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  return code;
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
    std::string_view character = text.substr(0, length_of(static_cast<unsigned char>(text.front())));
    if (!is_utf8(character)) character = text.substr(0, 1);
    text.remove_prefix(character.size());
    const auto first = static_cast<unsigned char>(character.front());
    if (character.size() == 1)
      shown += first < 0x20 || first >= 0x7F ? escaped_byte(character.front()) : std::string(character);
    else if (const char32_t code = decode(character); is_hidden(code))
      shown += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
    else
      shown += character;
  }
  return shown;
}

}  // namespace prenorm
