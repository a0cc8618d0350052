#include <gtest/gtest.h>

#include "prenorm/base/error.h"
#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"
#include "prenorm/metrics/blanks.h"
#include "prenorm/metrics/lowercase.h"

namespace prenorm::metrics {
namespace {

std::string lower(std::string_view text) { return encode_utf8(to_lower(decode_utf8(text))); }

TEST(Unicode, EveryCharacterSurvivesThereAndBack) {
  std::u32string all;
  for (char32_t c = 0; c < 0x110000; ++c)
    if (c < 0xD800 || c > 0xDFFF) all.push_back(c);
  EXPECT_EQ(decode_utf8(encode_utf8(all)), all);
}

TEST(Unicode, ABadByteIsNamedByItsPlace) {
  try {
    decode_utf8("caf\xe9 noir");
    FAIL() << "accepted";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("byte 4"), std::string::npos) << error.what();
  }
}

TEST(Unicode, BlanksArePythons) {
  // What str.isspace() says, which is more than ASCII and leaves out U+180E and U+200B.
  const std::u32string expected =
      U"\t\n\v\f\r\u001C\u001D\u001E\u001F \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
      U"\u2009\u200A\u2028\u2029\u202F\u205F\u3000";
  std::u32string found;
  for (char32_t c = 0; c < 0x110000; ++c)
    if (is_python_space(c)) found.push_back(c);
  EXPECT_EQ(found, expected);
}

TEST(Unicode, SplitsAtRunsOfBlanks) {
  const std::vector<std::u32string_view> words{U"a", U"bc"};
  EXPECT_EQ(split_at_blanks(U"a bc"), words);
  EXPECT_EQ(split_at_blanks(U"\u00A0 a\t\tbc\r"), words);
  EXPECT_TRUE(split_at_blanks(U" \u3000").empty());
  EXPECT_EQ(without_trailing_blanks(U" a \u3000\r"), U" a");
  EXPECT_EQ(without_trailing_blanks(U" "), U"");
}

TEST(Lowercase, OneCharacterByOne) {
  EXPECT_EQ(lower(""), "");
  EXPECT_EQ(lower("Straße ÄÖÜ ẞ 42 日本"), "straße äöü ß 42 日本");
  EXPECT_EQ(lower("ǅ Ⅷ Ⓚ 𐐀 ᾈ"), "ǆ ⅷ ⓚ 𐐨 ᾀ");
}

TEST(Lowercase, CapitalIWithDotBecomesTwo) { EXPECT_EQ(lower("İstanbul"), "i\u0307stanbul"); }

TEST(Lowercase, SigmaAtTheEndOfAWord) {
  EXPECT_EQ(lower("ΟΔΟΣ ΣΟΦΟΣ"), "οδος σοφος");
  EXPECT_EQ(lower("Σ"), "σ");
  EXPECT_EQ(lower("ΑΣ."), "ας.");
  EXPECT_EQ(lower("Α'Σ'Α"), "α'σ'α");  // marks within a word are passed over
  EXPECT_EQ(lower("Α\u0301Σ\u0301 Α"), "α\u0301ς\u0301 α");
  EXPECT_EQ(lower("ªΣ ⒶΣ ʰΣ"), "ªς ⓐς ʰσ");
  EXPECT_EQ(lower("ΑΣΣ"), "ασς");
}

}  // namespace
}  // namespace prenorm::metrics
