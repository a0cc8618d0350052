#include "prenorm/files/file_system.h"

#include <gtest/gtest.h>

#include <fstream>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"

namespace prenorm {
namespace {
namespace fs = std::filesystem;
using test::TemporaryFolder;

TEST(FileSystem, PlainPathsKeepTheirWaysUp) {
  EXPECT_EQ(plain_path("runs/./my/"), "runs/my");
  EXPECT_EQ(plain_path("runs//my//./"), "runs/my");
  EXPECT_EQ(plain_path("./my"), "my");
  EXPECT_EQ(plain_path("link/../my"), "link/../my");
  EXPECT_EQ(plain_path("../my"), "../my");
  EXPECT_EQ(plain_path("./"), ".");
  EXPECT_EQ(plain_path("."), ".");
  EXPECT_EQ(plain_path("/"), "/");
  EXPECT_EQ(plain_path("/./a/"), "/a");
  EXPECT_EQ(plain_path(""), "");
}

TEST(FileSystem, TheFolderThatAPathIsIn) {
  EXPECT_EQ(folder_of("my"), ".");
  EXPECT_EQ(folder_of("runs/my/"), "runs");
  EXPECT_EQ(folder_of("/my"), "/");
  EXPECT_EQ(folder_of("runs/.."), "runs/../..");
  EXPECT_EQ(folder_of("."), "./..");
  EXPECT_EQ(name_of_folder("runs/my/"), "my");
  EXPECT_EQ(name_of_folder("."), fs::current_path().filename());
}

// link -> elsewhere/inner: above it is elsewhere, whatever the text of the path looks like.
TEST(FileSystem, AWayUpFromALinkIsTheSystemsOwn) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "elsewhere/inner");
  fs::create_directories(folder / "here");
  fs::create_directory_symlink("../elsewhere/inner", folder / "here/link");
  AtomicDirectory directory(folder / "here/link/../made");
  write_file_atomically(folder / "here/link/../file", "x");
  directory.commit();
  EXPECT_TRUE(fs::is_directory(folder / "elsewhere/made"));
  EXPECT_TRUE(fs::is_regular_file(folder / "elsewhere/file"));
  EXPECT_TRUE(is_same_file(folder / "here/link/../file", folder / "elsewhere/file"));
  EXPECT_FALSE(is_same_file(folder / "here/file", folder / "elsewhere/file"));
}

TEST(FileSystem, WhatCannotBeFoundOutIsAnErrorOfOurs) {
  const TemporaryFolder folder;
  EXPECT_FALSE(is_there(folder / "none"));
  EXPECT_FALSE(is_folder(folder / "none/below"));
  fs::create_symlink("loop", folder / "loop");
  EXPECT_THROW(is_there(folder / "loop"), FileError);
  EXPECT_THROW(is_folder(folder / "loop"), FileError);
  const std::string too_long(300, 'x');
  EXPECT_FALSE(is_there(folder / too_long)) << "no file can have that name";
  for (const std::string& name : {std::string("loop"), too_long})
    EXPECT_THROW(make_folder(folder / name / "below"), FileError) << name;
  EXPECT_NO_THROW(remove_file(folder / "none"));
  fs::create_directories(folder / "full/of");
  EXPECT_THROW(remove_file(folder / "full"), FileError);
  EXPECT_TRUE(entries_of(folder / "none").empty());
}

}  // namespace
}  // namespace prenorm
