#include "prenorm/html/escape.h"

#include <algorithm>

#include "prenorm/base/utf8.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::html {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Number of bytes of the well-formed character at the start of `text`; 0 if there is none.
std::size_t character_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return length <= text.size() && is_utf8(text.substr(0, length)) ? length : 0;
}

bool is_forbidden_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return (first < 0x20 && first != '\t' && first != '\n') || first == 0x7F;
  return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

std::string_view entity(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_forbidden_control(character)) {
      out += kReplacement;
    } else if (const std::string_view name = entity(text[0]); !name.empty()) {
      out += name;
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(std::max<std::size_t>(character_length(text), 1));
  return count;
}

std::string shorten(std::string_view text, std::size_t limit) {
  if (count_characters(text) <= limit) return std::string(text);
  std::string_view rest = text;
  for (std::size_t kept = 1; kept < limit; ++kept) rest.remove_prefix(std::max<std::size_t>(character_length(rest), 1));
  return std::string(text.substr(0, text.size() - rest.size())) + "…";
}

}  // namespace prenorm::html
