#include "corpora/texts/clean.h"

#include <zlib.h>

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::corpora {
namespace {

constexpr std::size_t kFewestEnglish = 4, kFewestOther = 3, kFewestRunning = 3, kMostWords = 60;
constexpr double kLowestRatio = 0.5, kHighestRatio = 2.2;
constexpr double kLeastLetters = 0.7, kMostShared = 0.6;

struct CharacterCount {
  std::size_t all = 0, visible = 0, letters = 0;
  bool latin = true;
};

CharacterCount count_characters(std::string_view text) {
  CharacterCount count;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_character(text, at);
    ++count.all;
    count.visible += code != ' ';
    count.letters += is_letter(code);
    count.latin = count.latin && is_latin_or_common(code);
  }
  return count;
}

bool mostly_letters(const CharacterCount& count) {
  return static_cast<double>(count.letters) >= kLeastLetters * static_cast<double>(count.visible);
}

// "%s", "%1", "%PRODUCTNAME", "${x}", "$(ARG1)", "$1" and the like, but not "50 %" and "5 $".
bool has_directive(std::string_view text) {
  for (std::size_t at = text.find_first_of("%$"); at != text.npos; at = text.find_first_of("%$", at + 1)) {
    const char next = at + 1 < text.size() ? text[at + 1] : ' ';
    if (is_ascii_letter(next) || is_ascii_digit(next) || next == '(' || next == '{' || next == '%') return true;
  }
  return false;
}

bool has_address(std::string_view text) {
  return text.find("://") != text.npos || text.find("www.") != text.npos || text.find('@') != text.npos;
}

bool has_code(std::string_view english) {
  if (english.find_first_of("<>{}|\\=_~^#;*`") != english.npos) return true;
  for (const std::string_view mark : {"::", "->", "()", "..."})
    if (english.find(mark) != english.npos) return true;
  return false;
}

// Calls take(word) for the words between blanks.
template <class Take>
void for_each_word(std::string_view text, Take take) {
  for (std::size_t start = text.find_first_not_of(' '); start != text.npos;) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    take(text.substr(start, end - start));
    start = text.find_first_not_of(' ', end);
  }
}

bool is_edge(char c) { return static_cast<unsigned char>(c) < 0x80 && !is_ascii_letter(c) && !is_ascii_digit(c); }

std::vector<std::string_view> tokens_of(std::string_view text) {
  std::vector<std::string_view> tokens;
  for_each_word(text, [&](std::string_view word) {
    while (!word.empty() && is_edge(word.front())) word.remove_prefix(1);
    while (!word.empty() && is_edge(word.back())) word.remove_suffix(1);
    if (!word.empty()) tokens.push_back(word);
  });
  return tokens;
}

bool mostly_copied(std::string_view english, std::string_view other) {
  const std::string english_lower = to_lower(english), other_lower = to_lower(other);
  const std::vector<std::string_view> tokens = tokens_of(english_lower);
  const std::vector<std::string_view> other_tokens = tokens_of(other_lower);
  const std::unordered_set<std::string_view> there(other_tokens.begin(), other_tokens.end());
  const auto shared = std::count_if(tokens.begin(), tokens.end(), [&](auto token) { return there.contains(token); });
  return static_cast<double>(shared) > kMostShared * static_cast<double>(tokens.size());
}

// The runs of digits, sorted: languages differ in the order of numbers and in the characters between the digits.
std::vector<std::string_view> numbers_of(std::string_view text) {
  std::vector<std::string_view> runs;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_ascii_digit(text[at])) continue;
    const std::size_t start = at;
    while (at < text.size() && is_ascii_digit(text[at])) ++at;
    runs.push_back(text.substr(start, at - start));
  }
  std::sort(runs.begin(), runs.end());
  return runs;
}

}  // namespace

std::size_t count_words(std::string_view text) {
  std::size_t count = 0;
  for_each_word(text, [&](std::string_view) { ++count; });
  return count;
}

Rejection check_pair(std::string_view english, std::string_view other) {
  if (!is_utf8(english) || !is_utf8(other)) return Rejection::kEncoding;
  const std::size_t words = count_words(english), other_words = count_words(other);
  if (words < kFewestEnglish || words > kMostWords || other_words < kFewestOther || other_words > kMostWords)
    return Rejection::kWords;
  const CharacterCount count = count_characters(english), other_count = count_characters(other);
  const double ratio = static_cast<double>(other_count.all) / static_cast<double>(count.all);
  if (ratio < kLowestRatio || ratio > kHighestRatio) return Rejection::kRatio;
  if (!mostly_letters(count) || !mostly_letters(other_count)) return Rejection::kLetters;
  if (has_directive(english) || has_directive(other) || has_address(english) || has_address(other) || has_code(english))
    return Rejection::kMarkup;
  if (mostly_copied(english, other)) return Rejection::kCopied;
  if (numbers_of(english) != numbers_of(other)) return Rejection::kDigits;
  return count.latin && other_count.latin ? Rejection::kNone : Rejection::kScript;
}

bool is_running_text(std::string_view english) {
  if (!is_utf8(english) || count_words(english) < kFewestRunning || has_address(english) ||
      english.find_first_of("<>{}|\\") != english.npos)
    return false;
  const CharacterCount count = count_characters(english);
  return count.latin && mostly_letters(count);
}

std::string duplicate_key(std::string_view english) {
  std::string key;
  bool blank = false;
  const std::string lower = to_lower(english);
  for (const char c : lower) {
    if (c == ' ') blank = true;
    if (is_edge(c)) continue;
    if (blank && !key.empty()) key += ' ';
    blank = false;
    key += is_ascii_digit(c) ? '0' : c;
  }
  return key;
}

Split split_of_key(std::string_view key) {
  const auto* bytes = reinterpret_cast<const Bytef*>(key.data());
  const uLong crc = crc32_z(crc32_z(0, nullptr, 0), bytes, key.size());
  return crc % 100 == 0 ? Split::kTest : crc % 100 == 1 ? Split::kDev : Split::kTrain;
}

}  // namespace prenorm::corpora
