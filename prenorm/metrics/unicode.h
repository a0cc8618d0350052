// Text as code points, and the character classes that the published metrics are defined with. The classes come from
// utf8proc (Unicode 15 in release 2.8): a character assigned later counts as unassigned here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prenorm::metrics {

// Errors: DataError with the offset of the first byte that is not well-formed UTF-8.
std::u32string decode_utf8(std::string_view text);
std::string encode_utf8(std::u32string_view text);

// White space as in Python's str.isspace(): Unicode's, the no-break spaces and the separators U+001C to U+001F.
bool is_blank(char32_t c);
// Unicode's general categories P*, N* and S*.
bool is_punctuation(char32_t c);
bool is_number(char32_t c);
bool is_symbol(char32_t c);

std::u32string_view without_trailing_blanks(std::u32string_view text);
// The parts between blanks, as views of `text`; none is empty.
std::vector<std::u32string_view> split_at_blanks(std::u32string_view text);

}  // namespace prenorm::metrics
