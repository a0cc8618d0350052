#include "corpora/formats/libreoffice_help.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "corpora/formats/files.h"
#include "corpora/formats/html_text.h"
#include "corpora/texts/normalize.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"

namespace prenorm::corpora {
namespace {

// "p", "h1" ... "h6" if the tag's text starts with that element, else nothing.
std::string_view block_element(std::string_view tag) {
  const std::string_view name = tag.substr(0, tag.find(' '));
  const bool heading = name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6';
  return name == "p" || heading ? name : std::string_view{};
}

bool other_system(std::string_view tag) {
  const std::string_view value = attribute(tag, "class");
  return value == "MAC" || value == "WIN" || value == "UNIX";
}

// Position after the </span> that ends the span whose tag ends before `at`; the end of the text if there is none.
std::size_t end_of_span(std::string_view html, std::size_t at) {
  for (int depth = 1; depth > 0;) {
    const std::size_t tag = html.find('<', at);
    if (tag == html.npos) return html.size();
    if (html.substr(tag).starts_with("<span")) ++depth;
    if (html.substr(tag).starts_with("</span")) --depth;
    at = std::min(html.find('>', tag), html.size() - 1) + 1;
  }
  return at;
}

std::string without_other_systems(std::string_view html) {
  std::string kept;
  while (!html.empty()) {
    const std::size_t span = html.find("<span");
    kept.append(html.substr(0, span));
    if (span == html.npos) break;
    const std::size_t close = html.find('>', span);
    if (close == html.npos) break;
    const std::string_view tag = html.substr(span, close + 1 - span);
    if (other_system(tag)) {
      html.remove_prefix(end_of_span(html, close + 1));
    } else {
      kept.append(tag);
      html.remove_prefix(close + 1);
    }
  }
  return kept;
}

}  // namespace

std::vector<HelpParagraph> read_help_page(std::string_view html) {
  std::vector<HelpParagraph> paragraphs;
  std::unordered_set<std::string_view> seen;
  for (std::size_t at = html.find('<'); at != html.npos; at = html.find('<', at)) {
    const std::size_t close = html.find('>', at);
    if (close == html.npos) break;
    const std::string_view tag = html.substr(at + 1, close - at - 1);
    at = close;
    const std::string_view element = block_element(tag);
    if (element.empty()) continue;
    const std::string_view id = attribute(tag, "id");
    const std::size_t end = id.empty() ? html.npos : html.find(std::string("</").append(element) += '>', close);
    if (end == html.npos || !seen.insert(id).second) continue;
    const std::string_view inner = html.substr(close + 1, end - close - 1);
    paragraphs.push_back({std::string(id), normalize(unescape_entities(strip_tags(without_other_systems(inner))))});
    at = end;
  }
  return paragraphs;
}

void extract_libreoffice_help(const std::filesystem::path& english, const std::filesystem::path& other,
                              const PairSink& sink) {
  for (const std::filesystem::path& page : files_below(english, ".html")) {
    const std::filesystem::path twin = other / page.lexically_relative(english);
    if (!is_there(twin)) continue;
    const std::string english_html = read_file(page), other_html = read_file(twin);
    std::unordered_map<std::string, std::string> translations;
    for (HelpParagraph& paragraph : read_help_page(other_html))
      translations.emplace(std::move(paragraph.id), std::move(paragraph.text));
    for (const HelpParagraph& paragraph : read_help_page(english_html))
      if (const auto found = translations.find(paragraph.id); found != translations.end())
        sink(SourceTag::kHelp, paragraph.text, found->second);
  }
}

void extract_help_documents(const std::filesystem::path& english, const DocumentSink& sink) {
  for (const std::filesystem::path& page : files_below(english, ".html")) {
    TextDocument document{page.lexically_relative(english).generic_string(), {}};
    for (HelpParagraph& paragraph : read_help_page(read_file(page)))
      document.paragraphs.push_back(std::move(paragraph.text));
    sink(document);
  }
}

}  // namespace prenorm::corpora
