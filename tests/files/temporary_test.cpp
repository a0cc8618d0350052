#include "prenorm/files/temporary.h"
#include "prenorm/base/utf8.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <set>

#include "files/temporary_folder.h"
#include "prenorm/files/file.h"
#include "prenorm/files/line_reader.h"

namespace prenorm {
namespace {
namespace fs = std::filesystem;
using test::TemporaryFolder;
using Names = std::vector<std::string>;

// What a process that `work` is in the middle of leaves when it is killed.
template <class Work>
void kill_in_the_middle_of(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(Temporary, NamesAreTheirOwn) {
  std::set<fs::path> names;
  for (const TemporaryKind kind : {TemporaryKind::kPartial, TemporaryKind::kOld, TemporaryKind::kRemoved})
    for (int i = 0; i < 3; ++i) {
      const fs::path path = temporary_beside("folder/file", kind);
      EXPECT_EQ(path.parent_path(), "folder");
      EXPECT_TRUE(is_temporary_name(path.filename().string())) << path;
      EXPECT_TRUE(names.insert(path).second);
    }
}

TEST(Temporary, OtherNamesAreOtherPeoples) {
  for (const char* name :
       {"", "file", "file.old", "file.removed", "file.partial", "file.partial-", "file.partial-1", "file.partial-1-",
        "file.partial-1-x", "file.partial-a-1", ".partial-1-1", "file.partial-1-1~", "file.partial-1-1-1"})
    EXPECT_FALSE(is_temporary_name(name)) << name;
}

TEST(Temporary, ALongNameIsCutBetweenCharacters) {
  const TemporaryFolder folder;
  for (const std::size_t shift : {0U, 1U}) {
    std::string name(shift, 'x');
    while (name.size() + 2 <= 255) name += "\xC3\xA9";
    const std::string temporary = temporary_beside(folder / name, TemporaryKind::kPartial).filename().string();
    EXPECT_LE(temporary.size(), 255U);
    EXPECT_TRUE(is_utf8(temporary));
    write_file_atomically(folder / name, "x");
    EXPECT_EQ(read_file(folder / name), "x");
    kill_in_the_middle_of([&] { new AtomicFile(folder / name); });
    write_file_atomically(folder / name, "y");
    EXPECT_EQ(folder.names(), Names{name}) << "what was left of it is known by the begin of its name";
    fs::remove(folder / name);
  }
}

TEST(Temporary, WhatAKilledWriterLeftIsRemoved) {
  const TemporaryFolder folder;
  kill_in_the_middle_of([&] {
    new AtomicFile(folder / "file");
    auto* directory = new AtomicDirectory(folder / "run");
    new AtomicFile(directory->path() / "inside");
  });
  ASSERT_EQ(folder.names().size(), 2U);
  remove_leftovers(folder.path());
  EXPECT_EQ(folder.names(), Names{});
}

TEST(Temporary, WritingTheSameAgainRemovesIt) {
  const TemporaryFolder folder;
  kill_in_the_middle_of([&] {
    new AtomicFile(folder / "file");
    new AtomicFile(folder / "other");
    new AtomicDirectory(folder / "run");
  });
  write_file_atomically(folder / "file", "x");
  AtomicDirectory(folder / "run").commit();
  ASSERT_EQ(folder.names().size(), 3U);
  EXPECT_EQ(folder.names()[0], "file");
  EXPECT_EQ(folder.names()[1].find("other.partial-"), 0U);
  EXPECT_EQ(folder.names()[2], "run");
}

TEST(Temporary, WhatALivingProcessWritesStays) {
  const TemporaryFolder folder;
  int ready[2], done[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(done), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    AtomicFile file(folder / "file");
    AtomicDirectory directory(folder / "run");
    char go = 'x';
    const bool told = ::write(ready[1], &go, 1) == 1 && ::read(done[0], &go, 1) == 1;
    file.write("theirs");
    file.commit();
    directory.commit();
    ::_exit(told ? 0 : 1);
  }
  char go = 'x';
  ASSERT_EQ(::read(ready[0], &go, 1), 1);
  remove_leftovers(folder.path());
  write_file_atomically(folder / "file", "mine");
  ASSERT_EQ(::write(done[1], &go, 1), 1);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  for (const int descriptor : {ready[0], ready[1], done[0], done[1]}) ::close(descriptor);
  EXPECT_EQ(folder.names(), (Names{"file", "run"}));
  EXPECT_EQ(read_file(folder / "file"), "theirs");
}

TEST(Temporary, NumbersOfProcessesComeAgain) {
  const TemporaryFolder folder;
  const std::string ours = "file.partial-" + std::to_string(::getpid()) + "-";
  for (int i = 0; i < 1000; ++i) std::ofstream(folder / (ours + std::to_string(i))) << "left by a namesake";
  write_file_atomically(folder / "file", "x");
  EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(Temporary, AnOldContentWithoutANewOneGetsItsNameBack) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "a.old-12-0");
  fs::create_directory(folder / "b.old-12-1");
  fs::create_directory(folder / "b");
  fs::create_directory(folder / "c.removed-12-2");
  fs::create_symlink("b", folder / "last.partial-12-3");
  std::ofstream(folder / "mine.old") << "other people's";
  remove_leftovers(folder.path());
  EXPECT_EQ(folder.names(), (Names{"a", "b", "mine.old"}));
}

}  // namespace
}  // namespace prenorm
