#include "corpora/formats/html_text.h"

#include <array>
#include <charconv>
#include <utility>

#include "prenorm/base/utf8.h"

namespace prenorm::corpora {
namespace {

constexpr std::array<std::pair<std::string_view, char32_t>, 6> kEntities{
    {{"amp", U'&'}, {"lt", U'<'}, {"gt", U'>'}, {"quot", U'"'}, {"apos", U'\''}, {"nbsp", 0xA0}}};

// The character for the reference `name` (between & and ;); 0 if unknown.
char32_t referenced(std::string_view name) {
  if (!name.starts_with('#')) {
    for (const auto& [entity, code] : kEntities)
      if (entity == name) return code;
    return 0;
  }
  name.remove_prefix(1);
  const bool hexadecimal = name.starts_with('x') || name.starts_with('X');
  if (hexadecimal) name.remove_prefix(1);
  unsigned code = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, hexadecimal ? 16 : 10);
  return error == std::errc{} && end == name.data() + name.size() ? static_cast<char32_t>(code) : 0;
}

}  // namespace

std::string strip_tags(std::string_view html) {
  std::string text;
  text.reserve(html.size());
  while (!html.empty()) {
    const std::size_t open = html.find('<');
    text.append(html.substr(0, open));
    if (open == html.npos) break;
    const std::size_t close = html.find('>', open);
    if (close == html.npos) break;
    if (html.substr(open).starts_with("<br")) text += ' ';
    html.remove_prefix(close + 1);
  }
  return text;
}

std::string unescape_entities(std::string_view html) {
  constexpr std::size_t kLongestName = 10;
  std::string text;
  text.reserve(html.size());
  while (!html.empty()) {
    const std::size_t start = html.find('&');
    text.append(html.substr(0, start));
    if (start == html.npos) break;
    html.remove_prefix(start + 1);
    const std::size_t end = html.substr(0, kLongestName).find(';');
    const char32_t code = end == html.npos ? 0 : referenced(html.substr(0, end));
    if (code != 0) {
      append_utf8(text, code);
      html.remove_prefix(end + 1);
    } else {
      text += '&';
    }
  }
  return text;
}

std::string_view attribute(std::string_view tag, std::string_view name) {
  for (std::size_t at = tag.find(name); at != tag.npos; at = tag.find(name, at + 1)) {
    const std::size_t value = at + name.size() + 2;
    if (at == 0 || tag[at - 1] != ' ' || !tag.substr(at + name.size()).starts_with("=\"")) continue;
    const std::size_t end = tag.find('"', value);
    return end == tag.npos ? std::string_view{} : tag.substr(value, end - value);
  }
  return {};
}

}  // namespace prenorm::corpora
