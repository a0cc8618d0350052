#include <gtest/gtest.h>

#include "prenorm/base/unicode.h"
#include "text/sample_text.h"

namespace prenorm {
namespace {

std::string utf8(unsigned code) {
  const auto tail = [code](unsigned shift) { return static_cast<char>(0x80U | ((code >> shift) & 0x3FU)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0U | code >> 6), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0U | code >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | code >> 18), tail(12), tail(6), tail(0)};
}

TEST(Unicode, BlankText) {
  for (const char* blank : {"", " ", "\t \r", "\u00a0", "\u3000\u2003", "\u200b", "\ufeff", "\u2028", "\u0085"})
    EXPECT_TRUE(is_blank(blank)) << blank;
  EXPECT_TRUE(is_blank(std::string(3, '\0')));
  for (const char* text : {".", " a", "\u3000日", "\u0301", "\u200b€"}) EXPECT_FALSE(is_blank(text)) << text;
}

TEST(Unicode, TextThatIsNotBlankHasTokens) {
  const Tokenizer tokenizer = test::sample_tokenizer();
  for (unsigned code = 0; code < 0x20000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    ASSERT_TRUE(is_blank(utf8(code)) || !tokenizer.encode(utf8(code)).empty()) << std::hex << code;
  }
}

}  // namespace
}  // namespace prenorm
