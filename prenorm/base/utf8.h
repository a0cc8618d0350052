// UTF-8 as characters. Bytes that are not well-formed UTF-8 are reported or replaced, never passed on in silence.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace prenorm {

// Well-formed: no surrogates, no overlong forms, nothing past U+10FFFF.
bool is_utf8(std::string_view text);

// What take_character() returns for a byte that begins no character. It belongs to no class of base/unicode.h.
inline constexpr char32_t kNotUtf8 = 0xFFFFFFFF;
inline constexpr char32_t kReplacementCharacter = 0xFFFD;

// Takes the first character off `text`, which is not empty; one byte if it is not well-formed UTF-8.
char32_t take_character(std::string_view& text);
// The character that starts at text[at], where `at` then moves past it; U+FFFD for a byte that begins none. Needs
// at < text.size().
char32_t next_character(std::string_view text, std::size_t& at);
// Appends U+FFFD for a number that is no character.
void append_utf8(std::string& text, char32_t c);

// The text with U+FFFD for each byte that is not part of well-formed UTF-8, as in SentencePiece's byte fallback.
std::string replace_invalid_utf8(std::string text);
// Characters of UTF-8 text, by its lead bytes.
std::size_t count_characters(std::string_view text);

// Errors: DataError with the offset of the first byte that is not well-formed UTF-8.
std::u32string decode_utf8(std::string_view text);
std::string encode_utf8(std::u32string_view text);

}  // namespace prenorm
