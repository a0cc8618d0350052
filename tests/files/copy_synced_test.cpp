#include "prenorm/files/copy_synced.h"

#include <gtest/gtest.h>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"

namespace prenorm {
namespace {

TEST(CopySynced, CopiesOnceAndNamesBothFilesInErrors) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "from", "one");
  copy_synced(folder / "from", folder / "to");
  EXPECT_EQ(read_file(folder / "to"), read_file(folder / "from"));
  write_file_atomically(folder / "from", "another");
  copy_synced(folder / "from", folder / "to");
  EXPECT_EQ(read_file(folder / "to"), "one") << "what is there stays";
  try {
    copy_synced(folder / "absent", folder / "copy");
    FAIL();
  } catch (const FileError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find((folder / "absent").string()), std::string::npos) << message;
    EXPECT_NE(message.find((folder / "copy").string()), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace prenorm
