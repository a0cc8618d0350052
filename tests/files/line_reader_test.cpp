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

}  // namespace
}  // namespace prenorm
