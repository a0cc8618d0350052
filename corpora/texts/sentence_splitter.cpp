#include "corpora/texts/sentence_splitter.h"

#include <algorithm>
#include <array>
#include <string>

#include "corpora/texts/normalize.h"
#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"

namespace prenorm::corpora {
namespace {

// The abbreviations of all languages of the built-in corpora, lower-cased, without the last full stop; sorted.
constexpr std::array<std::string_view, 78> kAbbreviations{
    "abb",  "abs", "al",   "allg", "anm",  "apod", "art", "atd",  "aufl", "bd",    "bsp",  "bspw", "bzgl",
    "bzw",  "ca",  "cf",   "co",   "corp", "d.h",  "dgl", "dr",   "e.g",  "ebd",   "ed",   "eg",   "engl",
    "etc",  "ev",  "evtl", "ex",   "fig",  "fr",   "ggf", "hl",   "hr",   "i.d.r", "i.e",  "ie",   "inc",
    "inkl", "jr",  "jun",  "kap",  "lat",  "ltd",  "max", "min",  "mio",  "mr",    "mrd",  "mrs",  "ms",
    "mt",   "nap", "no",   "np",   "nr",   "o.ä",  "op",  "p.ex", "pp",   "prof",  "resp", "s.o",  "s.u",
    "sen",  "sog", "sr",   "st",   "str",  "tj",   "tzn", "usw",  "u.a",  "vgl",   "vol",  "vs",   "z.b"};

bool is_abbreviation(std::string_view word) {
  return std::find(kAbbreviations.begin(), kAbbreviations.end(), word) != kAbbreviations.end();
}

bool is_end_mark(char c) { return c == '.' || c == '!' || c == '?'; }
bool is_closer(char c) { return c == '"' || c == '\'' || c == ')' || c == ']'; }
bool is_opener(char c) { return c == '"' || c == '\'' || c == '(' || c == '['; }

// Whether a full stop after `before` belongs to the word, not to the sentence.
bool stop_belongs_to_word(std::string_view before) {
  const std::size_t blank = before.rfind(' ');
  std::string_view word = blank == std::string_view::npos ? before : before.substr(blank + 1);
  while (!word.empty() && is_opener(word.front())) word.remove_prefix(1);
  if (word.empty()) return true;
  if (std::all_of(word.begin(), word.end(), is_ascii_digit)) return word.size() <= 2;
  return count_characters(word) == 1 || is_abbreviation(to_lower(word));
}

bool starts_sentence(std::string_view rest) {
  while (!rest.empty() && is_opener(rest.front())) rest.remove_prefix(1);
  std::size_t at = 0;
  return !rest.empty() && is_upper(next_character(rest, at));
}

}  // namespace

std::vector<std::string_view> split_sentences(std::string_view text) {
  std::vector<std::string_view> sentences;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_end_mark(text[at])) continue;
    std::size_t end = at + 1;
    while (end < text.size() && is_end_mark(text[end])) ++end;
    const bool single_stop = end == at + 1 && text[at] == '.';
    while (end < text.size() && is_closer(text[end])) ++end;
    const bool cut = end < text.size() && text[end] == ' ' && starts_sentence(text.substr(end + 1)) &&
                     !(single_stop && stop_belongs_to_word(text.substr(start, at - start)));
    if (cut) {
      sentences.push_back(text.substr(start, end - start));
      start = end + 1;
    }
    at = end - 1;
  }
  if (const std::string_view rest = trim(text.substr(std::min(start, text.size()))); !rest.empty())
    sentences.push_back(rest);
  return sentences;
}

}  // namespace prenorm::corpora
