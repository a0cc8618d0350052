#include "prenorm/files/input_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <thread>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/files/hash.h"
#include "prenorm/files/json_file.h"
#include "prenorm/files/line_reader.h"

namespace prenorm {
namespace {
namespace fs = std::filesystem;
using test::TemporaryFolder;

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

// Each way in which files are read.
const std::vector<std::function<void(const fs::path&)>> kReaders = {
    [](const fs::path& path) { InputFile file(path); },   [](const fs::path& path) { read_file(path); },
    [](const fs::path& path) { read_text_file(path); },   [](const fs::path& path) { read_json(path); },
    [](const fs::path& path) { hash_file_hex(path); },    [](const fs::path& path) { MappedFile file(path); },
    [](const fs::path& path) { LineReader reader(path); }};

TEST(InputFile, WhatIsNoRegularFileIsRefusedAtOnce) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  fs::create_symlink("pipe", folder / "link to pipe");
  fs::create_symlink("/dev/zero", folder / "link to zero");
  const std::map<fs::path, std::string> kinds = {{folder / "pipe", "a pipe"},
                                                 {folder / "link to pipe", "a pipe"},
                                                 {"/dev/zero", "a device"},
                                                 {folder / "link to zero", "a device"},
                                                 {"/dev/urandom", "a device"}};
  for (const auto& kind : kinds)
    for (const auto& read : kReaders)
      EXPECT_EQ(error_of([&] { read(kind.first); }), kind.first.string() + ": cannot be read twice, since it is " +
                                                         kind.second + "; write its content to a file first");
  for (const auto& read : kReaders)
    EXPECT_EQ(error_of([&] { read(folder.path()); }), folder.path().string() + ": is a folder, not a file");
}

TEST(InputFile, APipeMayBeReadOnce) {
  const TemporaryFolder folder;
  const fs::path pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const std::jthread writer([&] {
    const int descriptor = ::open(pipe.c_str(), O_WRONLY | O_CLOEXEC);
    EXPECT_EQ(::write(descriptor, "a\nb\n", 4), 4);
    ::close(descriptor);
  });
  EXPECT_EQ(LineReader(pipe, Reading::kOnce).all_lines(), (std::vector<std::string>{"a", "b"}));
}

TEST(InputFile, FilesThatAreReadWholeHaveAnUpperSize) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "12345");
  EXPECT_EQ(read_file(folder / "file", 5), "12345");
  EXPECT_NE(error_of([&] { read_file(folder / "file", 4); }).find("file: is larger than"), std::string::npos);
  fs::resize_file(folder / "file", (std::uint64_t{1} << 30) + 1);  // takes no room on the disk
  EXPECT_EQ(error_of([&] { read_file(folder / "file"); }),
            (folder / "file").string() + ": is larger than 1024 MiB, too large for this kind of file");
  EXPECT_EQ(error_of([&] { read_json(folder / "file"); }),
            (folder / "file").string() + ": is larger than 256 MiB, too large for this kind of file");
}

TEST(InputFile, LookingForAFileNeverWaits) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  struct stat status {};
  for (const fs::path& path : {folder / "pipe", folder.path(), folder / "none", fs::path("/dev/zero")})
    EXPECT_EQ(open_regular_file(path, status), -1) << path;
}

}  // namespace
}  // namespace prenorm
