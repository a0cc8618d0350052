#include "prenorm/files/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"

namespace prenorm {
namespace {
namespace fs = std::filesystem;
using test::TemporaryFolder;
using Names = std::vector<std::string>;

template <class F>
std::string file_error(F work) {
  try {
    work();
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ReadFile, ReadsBytesAsTheyAre) {
  const TemporaryFolder folder;
  for (const std::size_t size : {0U, 1U, 65535U, 65536U, 65537U, 200'000U}) {
    std::string content(size, '\0');
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31);
    write_file_atomically(folder / "file", content);
    EXPECT_EQ(read_file(folder / "file"), content);
  }
}

TEST(ReadFile, ErrorsNameTheFile) {
  const TemporaryFolder folder;
  EXPECT_EQ(file_error([&] { read_file(folder / "none"); }),
            (folder / "none").string() + ": cannot be opened: No such file or directory");
  EXPECT_EQ(file_error([&] { read_file(folder.path()); }), folder.path().string() + ": is a folder, not a file");
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
  const TemporaryFolder folder;
  {
    AtomicFile file(folder / "new");
    file.write(std::string(3 << 20, 'x'));
  }
  EXPECT_EQ(folder.names(), Names{});
}

TEST(AtomicFile, TheOldContentStaysUntilCommit) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "old");
  {
    AtomicFile file(folder / "file");
    file.write("lost");
  }
  EXPECT_EQ(read_file(folder / "file"), "old");
  AtomicFile file(folder / "file");
  file.write("n");
  file.write("ew");
  EXPECT_EQ(read_file(folder / "file"), "old");
  file.commit();
  EXPECT_EQ(read_file(folder / "file"), "new");
  EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(AtomicFile, MakesItsFolder) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a/b/file", "x");
  EXPECT_EQ(read_file(folder / "a/b/file"), "x");
}

TEST(AtomicFile, TwoWritersOfOneNameDoNotMix) {
  const TemporaryFolder folder;
  AtomicFile first(folder / "file"), second(folder / "file");
  first.write("first");
  second.write("2nd");
  second.commit();
  first.commit();
  EXPECT_EQ(read_file(folder / "file"), "first");
  EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(AtomicFile, FailuresNameTheFileAndLeaveNothing) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "x");
  EXPECT_EQ(file_error([&] { AtomicFile file(folder / "file/below"); }),
            (folder / "file").string() + ": cannot make the folder: Not a directory");
  fs::create_directory(folder / "folder");
  EXPECT_EQ(file_error([&] { write_file_atomically(folder / "folder", "x"); }),
            (folder / "folder").string() + ": is not a plain file and is not replaced; name another file");
  EXPECT_EQ(folder.names(), (Names{"file", "folder"}));
}

TEST(AtomicFile, AFullDiskIsAnError) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  const TemporaryFolder folder;
  AtomicFile file(folder / "file");
  // The temporary file becomes a device on which each write fails as on a full disk.
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  for (int fd = 3; fd < 64; ++fd) {
    std::error_code ignored;
    const fs::path link = fs::read_symlink("/proc/self/fd/" + std::to_string(fd), ignored);
    if (link.parent_path() == fs::canonical(folder.path())) ::dup2(full, fd);
  }
  ::close(full);
  file.write("x");
  EXPECT_EQ(file_error([&] { file.commit(); }),
            (folder / "file").string() + ": cannot be written: No space left on device");
  EXPECT_FALSE(fs::exists(folder / "file"));
}

TEST(AtomicDirectory, AppearsAtCommit) {
  const TemporaryFolder folder;
  AtomicDirectory directory(folder / "run/checkpoint");
  write_file_atomically(directory.path() / "a", "1");
  EXPECT_FALSE(fs::exists(folder / "run/checkpoint"));
  directory.commit();
  EXPECT_EQ(read_file(folder / "run/checkpoint/a"), "1");
}

TEST(AtomicDirectory, MayBeNamedWithASeparatorAtItsEnd) {
  const TemporaryFolder folder;
  for (const char* content : {"1", "2"}) {
    AtomicDirectory directory(folder / "checkpoint/");
    write_file_atomically(directory.path() / "a", content);
    directory.commit();
    EXPECT_EQ(read_file(folder / "checkpoint/a"), content);
  }
  EXPECT_EQ(folder.names(), Names{"checkpoint"});
}

TEST(AtomicDirectory, LeavesNothingWithoutCommit) {
  const TemporaryFolder folder;
  {
    AtomicDirectory directory(folder / "checkpoint");
    write_file_atomically(directory.path() / "a/b", "1");
  }
  EXPECT_EQ(folder.names(), Names{});
}

TEST(AtomicDirectory, ReplacesAnOlderOneWhole) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b", "c"}) {
    AtomicDirectory directory(folder / "checkpoint");
    write_file_atomically(directory.path() / name, name);
    directory.commit();
    EXPECT_EQ(folder.names(), Names{"checkpoint"});
    EXPECT_EQ(fs::directory_iterator(folder / "checkpoint")->path().filename(), name);
  }
}

TEST(AtomicDirectory, TheNameExistsAtEveryMomentOfAReplacement) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "checkpoint");
  std::atomic<bool> done = false;
  std::int64_t missing = 0;
  std::thread watcher([&] {
    while (!done) missing += ::access((folder / "checkpoint").c_str(), F_OK) != 0 ? 1 : 0;
  });
  for (int i = 0; i < 20; ++i) AtomicDirectory(folder / "checkpoint").commit();
  done = true;
  watcher.join();
  EXPECT_EQ(missing, 0);
}

TEST(ReplaceLink, PointsAndPointsAnew) {
  const TemporaryFolder folder;
  replace_link(folder / "last", "checkpoints/1");
  replace_link(folder / "last", "checkpoints/2");
  EXPECT_EQ(fs::read_symlink(folder / "last"), "checkpoints/2");
  EXPECT_EQ(folder.names(), Names{"last"});
  EXPECT_NE(file_error([&] { replace_link(folder / "none/last", "x"); }), "no error");
}

TEST(MappedFile, ShowsTheBytes) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", std::string("\x01\x00\x00\x00\x02\x00\x00\x00", 8));
  MappedFile file(folder / "file");
  EXPECT_EQ(file.bytes().size(), 8U);
  ASSERT_EQ(file.as<std::uint32_t>().size(), 2U);
  EXPECT_EQ(file.as<std::uint32_t>()[1], 2U);
  MappedFile moved(std::move(file));
  EXPECT_EQ(moved.bytes().size(), 8U);
  file = std::move(moved);
  EXPECT_EQ(file.as<std::uint32_t>()[0], 1U);
}

TEST(MappedFile, EmptyMissingAndFolder) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "empty", "");
  EXPECT_TRUE(MappedFile(folder / "empty").bytes().empty());
  EXPECT_TRUE(MappedFile().bytes().empty());
  EXPECT_NE(file_error([&] { MappedFile file(folder / "none"); }), "no error");
  EXPECT_NE(file_error([&] { MappedFile file(folder.path()); }), "no error");
}

TEST(AtomicFile, LeavesADeviceWhereItIs) {
  EXPECT_THROW(write_file_atomically("/dev/null", "text"), FileError);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

}  // namespace
}  // namespace prenorm
