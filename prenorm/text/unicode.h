// Characters of UTF-8 text and their classes, from utf8proc (Unicode 15 in release 2.8).
#pragma once

#include <string>
#include <string_view>

namespace prenorm::text {

// The value that take_character() returns for a byte that begins no character; it is in none of the classes below.
inline constexpr char32_t kNotUtf8 = 0xFFFFFFFF;

// Removes the first character from `text`, which must not be empty; a single byte if it is not well-formed UTF-8.
char32_t take_character(std::string_view& text);
void append_utf8(std::string& text, char32_t c);

// The text with U+FFFD for each byte that is not part of well-formed UTF-8, as in SentencePiece's byte fallback.
std::string replace_invalid_utf8(std::string text);

bool is_letter(char32_t c);             // L*
bool is_number(char32_t c);             // N*
bool is_mark(char32_t c);               // M*
bool is_nonspacing_mark(char32_t c);    // Mn
bool is_punctuation(char32_t c);        // P*
bool is_control_or_format(char32_t c);  // Cc, Cf
// Unicode's property White_Space, like \s in regular expressions.
bool is_white_space(char32_t c);

// The characters of \w in regular expressions, except a few symbols that count as letters: letters, marks, digits,
// letters that are numbers, and connectors such as _.
bool is_word_character(char32_t c);

// Whether a character continues the word before it: letters, numbers and marks do, and so do bytes that are not UTF-8,
// since they may be parts of them.
bool continues_word(char32_t c);

// Whether well-formed UTF-8 shows nothing: white space, control and format characters, and the two symbols that
// SentencePiece's normalisation turns into a space (U+2581, U+FFFD). Such a line has no tokens.
bool is_blank(std::string_view text);

}  // namespace prenorm::text
