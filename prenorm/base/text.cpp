#include "prenorm/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace prenorm {
namespace {

constexpr std::size_t kLongestQuote = 60;
constexpr std::size_t kLongestWord = 100;  // longer words are not misspelt keys, and would make the table large

std::string_view last_part(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

std::string_view section(std::string_view key) { return key.substr(0, key.size() - last_part(key).size()); }

bool one_begins_the_other(std::string_view a, std::string_view b) {
  return std::min(a.size(), b.size()) >= 3 && (a.starts_with(b) || b.starts_with(a));
}

// The distance from `word` to `candidate`; a number above `limit` if a slip is unlikely.
std::size_t distance(std::string_view word, std::string_view candidate) {
  const auto near = [](std::string_view a, std::string_view b) {
    const std::size_t edits = edit_distance(a, b);
    const std::size_t limit = std::max<std::size_t>(1, std::max(a.size(), b.size()) / 3);
    if (edits <= limit) return edits;
    return one_begins_the_other(a, b) ? limit + 1 : std::string_view::npos;
  };
  const std::size_t last = near(last_part(word), last_part(candidate));
  if (section(word) == section(candidate)) return last;  // whose letters do not resemble those of the keys
  const std::size_t whole = near(word, candidate);
  // A key in another section is a worse guess than the same slip in the right one.
  return std::min(whole, last == std::string_view::npos ? last : last + 1);
}

}  // namespace

std::string escape(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      result += {'\\', c};
    else if (c == '\n')
      result += "\\n";
    else if (c == '\t')
      result += "\\t";
    else if (code < 0x20 || code == 0x7F)
      result += fmt::format("\\u{:04X}", code);
    else
      result += c;
  }
  return result;
}

std::string quote(std::string_view text) { return '"' + escape(text) + '"'; }

std::string quote_short(std::string_view text) {
  if (text.size() <= kLongestQuote) return quote(text);
  std::size_t end = kLongestQuote;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return quote(std::string(text.substr(0, end)) + "...");
}

std::string float_text(double value) {
  if (std::isnan(value)) return "nan";
  std::string text = fmt::format("{}", value);
  const std::size_t exponent = text.find('e');
  if (exponent == std::string::npos)
    return text.find_first_of(".n") == std::string::npos ? text + ".0" : text;  // an n: inf
  // fmt writes 1e-09 and 1e+16.
  const bool negative = text[exponent + 1] == '-';
  const std::size_t digits = text.find_first_not_of("+-0", exponent + 1);
  return text.substr(0, exponent + 1) + (negative ? "-" : "") + text.substr(digits);
}

std::string bound_text(double value) {
  if (value != std::floor(value) || std::abs(value) > 9e15) return float_text(value);
  std::string text = fmt::format("{:.0f}", value);
  const std::size_t zeros = text.size() - 1 - text.find_last_not_of('0');
  return value != 0 && zeros >= 5 ? fmt::format("{}e{}", text.substr(0, text.size() - zeros), zeros) : text;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last.back();
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  if (word.empty() || word.size() > kLongestWord) return {};
  std::size_t best = std::string_view::npos;
  std::string_view nearest;
  for (const std::string& candidate : candidates) {
    const std::size_t here = distance(word, candidate);
    if (here >= best) continue;
    best = here;
    nearest = candidate;
  }
  return nearest.empty() ? std::string() : fmt::format(" (did you mean '{}'?)", nearest);
}

}  // namespace prenorm
