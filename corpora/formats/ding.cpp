#include "corpora/formats/ding.h"

#include <algorithm>
#include <array>
#include <vector>

#include "corpora/texts/normalize.h"
#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::corpora {
namespace {

std::vector<std::string_view> split_at(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// Position of the bracket that closes the one at `open`; npos if there is none.
std::size_t matching_bracket(std::string_view text, std::size_t open, char closer) {
  int depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (text[at] == text[open]) ++depth;
    if (text[at] == closer && --depth == 0) return at;
  }
  return text.npos;
}

char closer_of(char c) {
  switch (c) {
    case '{': return '}';
    case '[': return ']';
    case '<': return '>';
    case '(': return ')';
    default: return '\0';
  }
}

bool ends_sentence(std::string_view text) {
  return !text.empty() && (text.back() == '.' || text.back() == '!' || text.back() == '?');
}

bool is_sentence_pair(std::string_view english, std::string_view other) {
  std::size_t at = 0;
  return ends_sentence(english) && ends_sentence(other) && is_upper(next_character(other, at));
}

bool has_placeholder(std::string_view text) {
  constexpr std::array<std::string_view, 10> kPlaceholders{"sb.",  "sth.", "sb's", "sb.'s", "jd.",
                                                           "jdm.", "jdn.", "jds.", "etw.",  "jdm"};
  for (const std::string_view word : split_at(text, ' '))
    for (const std::string_view placeholder : kPlaceholders)
      if (word.starts_with(placeholder)) return true;
  return false;
}

void extract_line(std::string_view line, const PairSink& sink) {
  constexpr std::string_view kBetween = " :: ";
  const std::size_t middle = line.find(kBetween);
  if (line.starts_with('#') || middle == line.npos) return;
  const auto others = split_at(line.substr(0, middle), '|');
  const auto englishes = split_at(line.substr(middle + kBetween.size()), '|');
  if (others.size() != englishes.size()) return;
  for (std::size_t i = 0; i < others.size(); ++i) {
    const auto english = clean_ding_entry(englishes[i]), other = clean_ding_entry(others[i]);
    if (!english || !other || english->empty() || other->empty()) continue;
    if (has_placeholder(*english) || has_placeholder(*other)) continue;
    const bool sentence = is_sentence_pair(*english, *other);
    sink(sentence ? SourceTag::kDictionarySentence : SourceTag::kDictionaryPhrase, *english, *other);
  }
}

}  // namespace

std::optional<std::string> clean_ding_entry(std::string_view entry) {
  std::string kept;
  for (std::size_t at = 0; at < entry.size(); ++at) {
    if (const char closer = closer_of(entry[at]); closer != '\0') {
      at = matching_bracket(entry, at, closer);
      if (at == entry.npos) return std::nullopt;
    } else if (entry[at] == ';') {
      break;
    } else {
      kept += entry[at];
    }
  }
  if (kept.find('/') != kept.npos) return std::nullopt;
  return normalize(kept);
}

void extract_ding(const std::filesystem::path& file, const PairSink& sink) {
  LineReader reader(file);
  for (std::string line; reader.next(line);) extract_line(line, sink);
}

}  // namespace prenorm::corpora
