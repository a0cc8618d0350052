// Code points of UTF-8 text. Bytes that are not UTF-8 read as U+FFFD, one each.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace prenorm::corpora {

// The code point that starts at text[at]; `at` moves past it. Needs at < text.size().
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_code_point(std::string& text, char32_t code);
std::size_t count_code_points(std::string_view text);

bool is_letter(char32_t code);
bool is_upper(char32_t code);
// A letter of the Latin script, or not a letter at all.
bool is_latin_or_common(char32_t code);
std::string to_lower(std::string_view text);

constexpr bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace prenorm::corpora
