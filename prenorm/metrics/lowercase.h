// Lower case as Python's str.lower(), which sacreBLEU applies to both sides when asked to ignore case.
#pragma once

#include <string>
#include <string_view>

namespace prenorm::metrics {

// Unicode's full, locale-independent lower case: character by character, with the two exceptions of SpecialCasing.txt
// that apply in every language: U+0130 becomes `i` and a combining dot, and a capital sigma at the end of a word
// becomes U+03C2. Differs from Python only in characters that Python's Unicode version and utf8proc's do not share.
std::u32string to_lower(std::u32string_view text);

}  // namespace prenorm::metrics
