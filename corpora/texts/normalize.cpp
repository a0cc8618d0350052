#include "corpora/texts/normalize.h"

#include "prenorm/base/utf8.h"

namespace prenorm::corpora {
namespace {

// The replacement of a character outside ASCII; nullptr if it is kept.
const char* replacement(char32_t code) {
  switch (code) {
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x201F:
    case 0xAB:
    case 0xBB:
    case 0x2033: return "\"";
    case 0x2018:
    case 0x2019:
    case 0x201A:
    case 0x201B:
    case 0x2039:
    case 0x203A:
    case 0xB4:
    case 0x2032: return "'";
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
    case 0x2212: return "-";
    case 0x2026: return "...";
    case 0xA0:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x3000: return " ";
    case 0xAD:
    case 0x200B:
    case 0x200C:
    case 0x200D:
    case 0x200E:
    case 0x200F:
    case 0x2060:
    case 0xFEFF: return "";
    default: return (code >= 0x2000 && code <= 0x200A) || (code >= 0x80 && code < 0xA0) ? " " : nullptr;
  }
}

void append_blank(std::string& text) {
  if (!text.empty() && text.back() != ' ') text += ' ';
}

}  // namespace

std::string normalize(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t code = next_character(text, at);
    const char* other = code < 0x80 ? nullptr : replacement(code);
    if (code <= ' ' || code == 0x7F || (other != nullptr && *other == ' '))
      append_blank(result);
    else if (other != nullptr)
      result += other;
    else
      result.append(text, start, at - start);
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace prenorm::corpora
