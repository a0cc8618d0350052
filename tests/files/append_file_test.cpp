#include "prenorm/files/append_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"

namespace prenorm {
namespace {

TEST(AppendFile, AddsToWhatIsThere) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "log", "one\n");
  AppendFile file(folder / "log");
  file.append("two\n");
  EXPECT_EQ(read_file(folder / "log"), "one\ntwo\n") << "nothing is kept back";
  AppendFile other(folder / "other");
  other = std::move(file);
  other.append("three\n");
  other.sync();
  EXPECT_EQ(read_file(folder / "log"), "one\ntwo\nthree\n");
}

TEST(AppendFile, SaysWhyItCannotBeWritten) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(AppendFile(folder / "absent/log"), FileError);
  AppendFile full("/dev/full");
  try {
    full.append("x");
    ADD_FAILURE() << "written to a full device";
  } catch (const FileError& error) {
    EXPECT_STREQ(error.what(), "/dev/full: cannot be written: No space left on device");
  }
}

}  // namespace
}  // namespace prenorm
