// Classes of characters, from utf8proc (Unicode 15 in its release 2.8): a character assigned later counts as
// unassigned.
#pragma once

#include <string>
#include <string_view>

namespace prenorm {

// By general category.
bool is_letter(char32_t c);             // L*
bool is_upper(char32_t c);              // Lu, Lt
bool is_number(char32_t c);             // N*
bool is_mark(char32_t c);               // M*
bool is_nonspacing_mark(char32_t c);    // Mn
bool is_punctuation(char32_t c);        // P*
bool is_symbol(char32_t c);             // S*
bool is_control_or_format(char32_t c);  // Cc, Cf

// White space has two definitions: Unicode's property White_Space, which \s in regular expressions means, and Python's
// str.isspace(), which adds the separators U+001C to U+001F.
bool is_white_space(char32_t c);
bool is_python_space(char32_t c);

// What \w in regular expressions means, but for a few symbols that count as letters: letters, marks, digits, letters
// that are numbers, and connectors such as _.
bool is_word_character(char32_t c);
// Whether a character continues the word before it: letters, numbers and marks do, and bytes that are not UTF-8, since
// they may be parts of such.
bool continues_word(char32_t c);
// A letter of the Latin script, or no letter at all.
bool is_latin_or_common(char32_t c);

constexpr bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Whether well-formed UTF-8 shows nothing: white space, control and format characters, and the two symbols that
// SentencePiece's normalisation turns into a space (U+2581, U+FFFD). Such a line becomes no token at all.
bool is_blank(std::string_view text);

// Lower case, one character for one. metrics/lowercase.h has Python's.
std::string to_lower(std::string_view text);

}  // namespace prenorm
