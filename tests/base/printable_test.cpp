#include "prenorm/base/printable.h"
#include "prenorm/base/utf8.h"

#include <gtest/gtest.h>

#include "prenorm/files/line_reader.h"
#include "prenorm/machine/terminal.h"

namespace prenorm {
namespace {

TEST(Printable, TextStaysAsItIs) {
  for (const char* text : {"", "plain text, 10 %", "Überfluß", "日本語", "می\u200Cخواهم", "𝔘", "a\\b"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, WhatATerminalActsUponIsWrittenOut) {
  EXPECT_EQ(printable("a\nb\r\tc"), "a\\nb\\r\\tc");
  EXPECT_EQ(printable("\033[31mred\x7F"), "\\x1b[31mred\\x7f");
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("run\u202Egnp.exe"), "run\\u202egnp.exe");
  EXPECT_EQ(printable("\u2066a\u2069\u200F\u061C\u2028\xC2\x85"), "\\u2066a\\u2069\\u200f\\u061c\\u2028\\u0085");
  EXPECT_EQ(printable("\xFF\xC3(\xED\xA0\x80\xE2\x80"), "\\xff\\xc3(\\xed\\xa0\\x80\\xe2\\x80");
}

TEST(Printable, AnyBytesBecomeOneLineOfUtf8) {
  std::string bytes;
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; second += 3) bytes += {static_cast<char>(first), static_cast<char>(second)};
  const std::string shown = printable(bytes);
  EXPECT_TRUE(is_utf8(shown));
  for (const char c : shown) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

TEST(Printable, ALineOnStderrIsALine) {
  testing::internal::CaptureStderr();
  inform("run\nerror: fake");
  warn("run\u202E\033[2J");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "run\\nerror: fake\nwarning: run\\u202e\\x1b[2J\n");
}

}  // namespace
}  // namespace prenorm
