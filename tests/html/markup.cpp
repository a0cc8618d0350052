#include "html/markup.h"

#include <array>
#include <set>
#include <vector>

namespace prenorm::html {
namespace {

const std::set<std::string, std::less<>> kVoid = {"meta", "link", "br", "hr", "img"};

// A fault in character data or in an attribute's value.
std::string text_fault(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kEntities = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<' || text[i] == '>') return "stray angle bracket";
    if (text[i] != '&') continue;
    bool known = false;
    for (const std::string_view e : kEntities) known = known || text.substr(i).starts_with(e);
    if (!known) return "stray ampersand";
  }
  return {};
}

std::string attributes_fault(std::string_view rest) {
  std::set<std::string_view> names;
  while (!rest.empty()) {
    const std::size_t start = rest.find_first_not_of(" \n");
    const std::size_t equals = rest.find("=\"");
    if (start == 0 || start == std::string_view::npos || equals == std::string_view::npos || equals <= start)
      return "attributes cannot be read: " + std::string(rest);
    const std::string_view name = rest.substr(start, equals - start);
    if (name.find_first_of(" \n\"=") != std::string_view::npos) return "not a name: " + std::string(name);
    if (!names.insert(name).second) return "attribute given twice: " + std::string(name);
    const std::size_t end = rest.find('"', equals + 2);
    if (end == std::string_view::npos) return "a value without an end: " + std::string(rest);
    if (std::string fault = text_fault(rest.substr(equals + 2, end - equals - 2)); !fault.empty()) return fault;
    rest.remove_prefix(end + 1);
  }
  return {};
}

// One tag, without its angle brackets; keeps the stack of open elements.
std::string tag_fault(std::string tag, std::vector<std::string>& open) {
  if (tag.starts_with('!')) return tag == "!DOCTYPE html" ? "" : "unknown declaration " + tag;
  if (tag.starts_with('/')) {
    if (open.empty() || open.back() != tag.substr(1)) return "<" + tag + "> closes nothing";
    open.pop_back();
    return {};
  }
  const bool closed = tag.ends_with('/');
  if (closed) tag.pop_back();
  const std::size_t end = tag.find_first_of(" \n");
  const std::string name = tag.substr(0, end);
  if (name.empty()) return "a tag without a name";
  if (!closed && !kVoid.contains(name)) open.push_back(name);
  return end == std::string::npos ? "" : attributes_fault(std::string_view(tag).substr(end));
}

}  // namespace

std::string markup_fault(std::string_view text) {
  std::vector<std::string> open;
  while (!text.empty()) {
    // Style sheets and scripts are raw text up to their end tag.
    const bool raw = !open.empty() && (open.back() == "style" || open.back() == "script");
    const std::size_t start = raw ? text.find("</" + open.back() + ">") : text.find('<');
    const std::string_view data = text.substr(0, start);
    if (!raw)
      if (const std::string fault = text_fault(data); !fault.empty()) return fault + " in: " + std::string(data);
    if (start == std::string_view::npos) break;
    const std::size_t end = text.find('>', start);
    if (end == std::string_view::npos) return "a tag without an end";
    const std::string fault = tag_fault(std::string(text.substr(start + 1, end - start - 1)), open);
    if (!fault.empty()) return fault;
    text.remove_prefix(end + 1);
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

std::size_t count_of(std::string_view text, std::string_view piece) {
  std::size_t count = 0;
  for (std::size_t at = text.find(piece); at != std::string_view::npos; at = text.find(piece, at + piece.size()))
    ++count;
  return count;
}

}  // namespace prenorm::html
