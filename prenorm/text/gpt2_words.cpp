#include "prenorm/text/gpt2_words.h"

#include <cstdint>

#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"

namespace prenorm::text {
namespace {

enum class Class : std::uint8_t { kWhite, kLetter, kNumber, kSymbol };

Class class_of(char32_t c) {
  if (c < 0x80) {
    if (c == ' ' || (c >= 0x09 && c <= 0x0D)) return Class::kWhite;
    if ((c | 0x20U) >= 'a' && (c | 0x20U) <= 'z') return Class::kLetter;
    return c >= '0' && c <= '9' ? Class::kNumber : Class::kSymbol;
  }
  if (is_letter(c)) return Class::kLetter;
  if (is_number(c)) return Class::kNumber;
  return is_white_space(c) ? Class::kWhite : Class::kSymbol;
}

std::size_t contraction_size(std::string_view text) {
  for (const std::string_view ending : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
    if (text.starts_with(ending)) return ending.size();
  return 0;
}

// Number of bytes of the characters of one class at the start of `text`.
std::size_t run_size(std::string_view text, Class run) {
  std::string_view rest = text;
  for (std::string_view next = rest; !next.empty(); rest = next)
    if (class_of(take_character(next)) != run) break;
  return text.size() - rest.size();
}

// Size of the white space at the start of text: all of it, minus the last character if a word follows.
std::size_t white_size(std::string_view text) {
  const std::size_t run = run_size(text, Class::kWhite);
  if (run == text.size()) return run;
  std::size_t last = run - 1;
  while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0U) == 0x80) --last;
  return last > 0 ? last : run;
}

}  // namespace

std::size_t gpt2_word_size(std::string_view text) {
  if (text.empty()) return 0;
  if (const std::size_t size = contraction_size(text)) return size;
  const auto first_class = [](std::string_view of) {
    return of.empty() ? Class::kWhite : class_of(take_character(of));
  };
  const std::size_t blank = text.front() == ' ' ? 1 : 0;
  const Class run = first_class(text.substr(blank));
  return run == Class::kWhite ? white_size(text) : blank + run_size(text.substr(blank), run);
}

}  // namespace prenorm::text
