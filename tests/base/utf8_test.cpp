#include "prenorm/base/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "prenorm/base/random.h"

namespace prenorm {
namespace {

// Decodes by the bit layout of UTF-8, then asks whether encoding gives the same bytes back in the shortest form.
bool reference_is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at])); };
    const std::size_t length = byte(i) < 0x80       ? 1
                               : byte(i) >> 5 == 6  ? 2
                               : byte(i) >> 4 == 14 ? 3
                               : byte(i) >> 3 == 30 ? 4
                                                    : 0;
    if (length == 0 || i + length > text.size()) return false;
    std::uint32_t code = length == 1 ? byte(i) : byte(i) & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      if (byte(i + k) >> 6 != 2) return false;
      code = code << 6 | (byte(i + k) & 0x3F);
    }
    const std::size_t shortest = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (shortest != length || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    i += length;
  }
  return true;
}

TEST(Utf8, KnownSequences) {
  for (const char* good : {"", "a", "\x7f", "ß", "€", "😀", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xED\xA0\x80",
                          "\xED\xBF\xBF", "\xE2\x82", "\xE2\x82\x41", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
                          "\xF5\x80\x80\x80", "\xF0\x9F\x98", "\xF8\x88\x80\x80\x80", "\xFE", "\xFF", "caf\xE9"})
    EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(std::string(bad));
  EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(Utf8, EveryLeadWithEverySecondByte) {
  for (unsigned first = 0; first < 256; ++first)
    for (unsigned second = 0; second < 256; ++second)
      for (const char* rest : {"", "\x80", "\x80\x80"}) {
        const std::string text = std::string{static_cast<char>(first), static_cast<char>(second)} + rest;
        ASSERT_EQ(is_utf8(text), reference_is_utf8(text))
            << first << " " << second << " " << testing::PrintToString(rest);
      }
}

TEST(Utf8, AgreesWithTheReferenceOnRandomBytes) {
  RandomStream random(3);
  constexpr unsigned char common[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
                                      0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
  int good = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text(random.below(7), '\0');
    for (char& c : text)
      c = static_cast<char>(random.below(2) == 1 ? common[random.below(std::size(common))] : random.below(256));
    ASSERT_EQ(is_utf8(text), reference_is_utf8(text)) << testing::PrintToString(text);
    good += is_utf8(text) ? 1 : 0;
  }
  EXPECT_GT(good, 1000);
}

}  // namespace
}  // namespace prenorm
