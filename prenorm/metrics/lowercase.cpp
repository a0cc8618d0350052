#include "prenorm/metrics/lowercase.h"

#include <utf8proc.h>

namespace prenorm::metrics {
namespace {

constexpr char32_t kCapitalSigma = 0x03A3;
constexpr char32_t kSigma = 0x03C3;
constexpr char32_t kFinalSigma = 0x03C2;
constexpr char32_t kCapitalIWithDot = 0x0130;

// Word_Break = MidLetter, MidNumLet or Single_Quote: marks that may occur within a word.
constexpr std::u32string_view kWordMarks =
    U"'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A";

// Unicode's property Case_Ignorable.
bool is_case_ignorable(char32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK: return true;
    default: return kWordMarks.find(c) != std::u32string_view::npos;
  }
}

// Unicode's property Cased, for characters that are not case-ignorable.
bool is_cased(char32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT: return true;
    default: break;
  }
  // Other_Lowercase and Other_Uppercase: ordinals, Roman numerals, letters in circles and squares.
  return c == 0xAA || c == 0xBA || (c >= 0x2160 && c <= 0x217F) || (c >= 0x24B6 && c <= 0x24E9) ||
         (c >= 0x1F130 && c <= 0x1F149) || (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189);
}

// Unicode's condition Final_Sigma: a cased letter before and none after, ignoring case-ignorable characters. A sequence
// of those is scanned from at most the two capital sigmas around it, so the whole text takes linear time.
bool ends_word(std::u32string_view text, std::size_t sigma) {
  std::size_t before = sigma;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  std::size_t after = sigma + 1;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

}  // namespace

std::u32string to_lower(std::u32string_view text) {
  std::u32string lower;
  lower.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    if (c == kCapitalSigma) {
      lower.push_back(ends_word(text, i) ? kFinalSigma : kSigma);
    } else if (c == kCapitalIWithDot) {
      lower.append(U"i\u0307");
    } else {
      lower.push_back(static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
    }
  }
  return lower;
}

}  // namespace prenorm::metrics
