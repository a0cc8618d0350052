#include "corpora/formats/html_page.h"

#include <algorithm>
#include <array>
#include <utility>

#include "corpora/formats/files.h"
#include "corpora/formats/html_text.h"
#include "corpora/texts/normalize.h"
#include "prenorm/files/file.h"

namespace prenorm::corpora {
namespace {

template <std::size_t size>
bool is_one_of(std::string_view name, const std::array<std::string_view, size>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_inline(std::string_view element) {
  constexpr std::array<std::string_view, 20> kInline{"a",     "abbr", "acronym", "b",   "big", "br", "cite",
                                                     "code",  "em",   "font",    "i",   "kbd", "q",  "samp",
                                                     "small", "span", "strong",  "sub", "sup", "tt"};
  return is_one_of(element, kInline);
}

// Whether the element that this tag opens is dropped with all its content.
bool is_left_out(std::string_view element, std::string_view tag) {
  constexpr std::array<std::string_view, 4> kElements{"head", "pre", "script", "style"};
  constexpr std::array<std::string_view, 5> kClasses{"navheader", "navfooter", "toc", "index", "func_signature"};
  if (tag.ends_with('/')) return false;
  if (is_one_of(element, kElements)) return true;
  return (element == "div" || element == "p") && is_one_of(attribute(tag, "class"), kClasses);
}

std::string_view element_of(std::string_view tag) {
  if (tag.starts_with('/')) tag.remove_prefix(1);
  return tag.substr(0, tag.find_first_of(" \t\r\n/"));
}

}  // namespace

std::vector<std::string> read_html_page(std::string_view html) {
  std::vector<std::string> paragraphs;
  std::string current;
  std::string_view left_out;  // the element that is being dropped
  int depth = 0;              // nesting depth of elements of that name
  const auto end_paragraph = [&] {
    std::string text = normalize(unescape_entities(current));
    constexpr std::string_view kLinkSign = " \u00A7";  // meaningless without its link
    for (std::size_t at = text.find(kLinkSign); at != text.npos; at = text.find(kLinkSign, at))
      text.erase(at, kLinkSign.size());
    if (!text.empty()) paragraphs.push_back(std::move(text));
    current.clear();
  };
  while (!html.empty()) {
    const std::size_t open = html.find('<');
    if (depth == 0) current.append(html.substr(0, open));
    const std::size_t close = open == html.npos ? open : html.find('>', open);
    if (close == html.npos) break;
    const std::string_view tag = html.substr(open + 1, close - open - 1), element = element_of(tag);
    html.remove_prefix(close + 1);
    if (depth > 0) {
      if (element == left_out && !tag.ends_with('/')) depth += tag.starts_with('/') ? -1 : 1;
    } else if (is_inline(element)) {
      if (element == "br") current += ' ';
    } else {
      end_paragraph();
      if (!tag.starts_with('/') && is_left_out(element, tag)) left_out = element, depth = 1;
    }
  }
  end_paragraph();
  return paragraphs;
}

void extract_html_documents(const std::filesystem::path& folder, const DocumentSink& sink) {
  for (const std::filesystem::path& page : files_below(folder, ".html"))
    sink({page.lexically_relative(folder).generic_string(), read_html_page(read_file(page))});
}

}  // namespace prenorm::corpora
