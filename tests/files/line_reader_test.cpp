#include "prenorm/files/line_reader.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/files/file.h"

namespace prenorm {
namespace {
using test::TemporaryFolder;
using Lines = std::vector<std::string>;

std::string gzip(const std::string& text, const std::filesystem::path& scratch) {
  gzFile file = gzopen(scratch.c_str(), "wb");
  EXPECT_EQ(gzwrite(file, text.data(), static_cast<unsigned>(text.size())), static_cast<int>(text.size()));
  gzclose(file);
  return read_file(scratch);
}

Lines lines_of(const std::filesystem::path& path) {
  LineReader reader(path);
  Lines lines;
  for (std::string line; reader.next(line);) {
    lines.push_back(line);
    EXPECT_EQ(reader.line_number(), static_cast<std::int64_t>(lines.size()));
  }
  std::string more;
  EXPECT_FALSE(reader.next(more)) << "the end stays the end";
  return lines;
}

// What is read of a plain file with this content, and of the same file gzipped.
Lines lines_in(const std::string& content) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "plain", content);
  gzip(content, folder / "zipped");
  const Lines lines = lines_of(folder / "plain");
  EXPECT_EQ(lines_of(folder / "zipped"), lines);
  return lines;
}

std::string read_error(const std::filesystem::path& path) {
  try {
    lines_of(path);
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

TEST(LineReader, SplitsLines) {
  EXPECT_EQ(lines_in(""), Lines{});
  EXPECT_EQ(lines_in("\n"), Lines{""});
  EXPECT_EQ(lines_in("a"), Lines{"a"});
  EXPECT_EQ(lines_in("a\n"), Lines{"a"});
  EXPECT_EQ(lines_in("a\n\nb"), (Lines{"a", "", "b"}));
  EXPECT_EQ(lines_in("a\r\nb\r\n\r\nc\r"), (Lines{"a", "b", "", "c"}));
  EXPECT_EQ(lines_in("a\rb\r\r\n"), Lines{"a\rb\r"}) << "only the end of a line loses its carriage return";
  EXPECT_EQ(lines_in(std::string("a\0b\n", 4)), Lines{std::string("a\0b", 3)});
}

TEST(LineReader, LinesAcrossItsBuffer) {
  Lines expected;
  std::string content;
  RandomStream random(1);
  for (const std::size_t length : {65534U, 65535U, 65536U, 65537U, 200'000U, 0U, 1U}) {
    expected.emplace_back(length, static_cast<char>('a' + random.below(26)));
    content += expected.back() + (random.below(2) == 1 ? "\r\n" : "\n");
  }
  EXPECT_EQ(lines_in(content), expected);
}

TEST(LineReader, ReadsGzipFilesOfSeveralMembers) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "two", gzip("a\nb", folder / "x") + gzip("c\nd\n", folder / "x"));
  EXPECT_EQ(lines_of(folder / "two"), (Lines{"a", "bc", "d"}));
}

TEST(LineReader, ATruncatedGzipFileIsAnErrorWhereverItEnds) {
  const TemporaryFolder folder;
  std::string text;
  RandomStream random(2);
  for (int i = 0; i < 300; ++i) text += std::to_string(random.next()) + "\n";
  const std::string whole = gzip(text, folder / "whole");
  for (std::size_t size = 2; size < whole.size(); size += size < 32 || size + 16 > whole.size() ? 1 : 97) {
    write_file_atomically(folder / "cut", whole.substr(0, size));
    EXPECT_EQ(read_error(folder / "cut"), (folder / "cut").string() + ": the gzip file is truncated") << size;
  }
}

TEST(LineReader, ADamagedGzipFileIsAnError) {
  const TemporaryFolder folder;
  std::string whole = gzip("some text\n", folder / "x");
  whole[whole.size() - 6] ^= 1;  // in the check sum
  write_file_atomically(folder / "bad", whole);
  EXPECT_EQ(read_error(folder / "bad"), (folder / "bad").string() + ": the gzip file is damaged: incorrect data check");
}

// The first byte of the second member is wrong: what follows a member is another one, or zeros as on tapes.
TEST(LineReader, WhatFollowsAMemberIsAMemberOrZeros) {
  const TemporaryFolder folder;
  const std::string one = gzip("a\n", folder / "x"), zeros(1000, '\0');
  std::string damaged = gzip("b\n", folder / "x");
  damaged[0] ^= static_cast<char>(0xFF);
  const std::string where = (folder / "file").string();
  for (const std::string& rest : {damaged, zeros + damaged, std::string("x"), std::string("some text\n")}) {
    write_file_atomically(folder / "file", one + rest);
    EXPECT_EQ(read_error(folder / "file"), where + ": the gzip file is damaged: incorrect header check") << rest.size();
  }
  for (const std::string& rest : {zeros, std::string(1, '\0'), zeros + one}) {
    write_file_atomically(folder / "file", one + rest);
    EXPECT_EQ(lines_of(folder / "file").size(), rest.size() > zeros.size() ? 2U : 1U);
  }
  write_file_atomically(folder / "file", one + "\x1f");
  EXPECT_EQ(read_error(folder / "file"), where + ": the gzip file is truncated");
}

TEST(LineReader, SkipsTheByteOrderMarkOfItsFirstLine) {
  const std::string mark = "\xEF\xBB\xBF";
  EXPECT_EQ(lines_in(mark + "a\n" + mark + "b\n"), (Lines{"a", mark + "b"}));
  EXPECT_EQ(lines_in(mark + mark + "a"), Lines{mark + "a"});
  EXPECT_EQ(lines_in(mark + "\n"), Lines{""});
  EXPECT_EQ(lines_in(mark.substr(0, 2) + "\n"), Lines{mark.substr(0, 2)});
}

TEST(LineReader, AllLinesAtOnce) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "a\nb\nc");
  LineReader reader(folder / "file");
  std::string line;
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(reader.all_lines(), (Lines{"b", "c"}));
}

TEST(LineReader, ErrorsNameTheFile) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_error(folder / "none"), (folder / "none").string() + ": cannot be opened: No such file or directory");
  EXPECT_EQ(read_error(folder.path()), folder.path().string() + ": is a folder, not a file");
  write_file_atomically(folder / "file", "");
  EXPECT_EQ(read_error(folder / "file/below"),
            (folder / "file/below").string() + ": cannot be opened: Not a directory");
  EXPECT_NE(read_error(folder / std::string(300, 'x')), "no error") << "a name no file can have";
}

TEST(LineReader, AnEndlessLineIsAnError) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "sparse";
  write_file_atomically(path, "short\n");
  std::filesystem::resize_file(path, 80U << 20);
  LineReader reader(path);
  std::string line;
  ASSERT_TRUE(reader.next(line));
  try {
    reader.next(line);
    FAIL() << "no error";
  } catch (const DataError& error) {
    EXPECT_EQ(error.what(), path.string() + ":2: the line is longer than 64 MiB; is this a text file?");
  }
}

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
