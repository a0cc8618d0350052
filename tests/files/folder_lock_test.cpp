#include "prenorm/files/folder_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"

namespace {

int flock_error = 0;    // what flock() fails with, 0: it works
int interruptions = 0;  // calls that a signal interrupts first

}  // namespace

// In place of the C library's, for the whole test program.
extern "C" int flock(int descriptor, int operation) noexcept {
  errno = interruptions > 0 ? EINTR : flock_error;
  if (interruptions > 0) --interruptions;
  return errno != 0 ? -1 : static_cast<int>(::syscall(SYS_flock, descriptor, operation));
}

namespace prenorm {
namespace {

TEST(FolderLock, OneAtATime) {
  const test::TemporaryFolder folder;
  FolderLock first(folder.path()), second(folder.path());
  EXPECT_TRUE(first.try_lock());
  EXPECT_FALSE(second.try_lock());
}

TEST(FolderLock, ASignalDoesNotMakeItFail) {
  const test::TemporaryFolder folder;
  FolderLock lock(folder.path());
  interruptions = 3;
  EXPECT_TRUE(lock.try_lock());
  interruptions = 3;
  lock.lock();
  EXPECT_EQ(interruptions, 0);
}

// As on network mounts without locks: two processes would both believe that they are alone.
TEST(FolderLock, AFileSystemWithoutLocksIsAnError) {
  const test::TemporaryFolder folder;
  FolderLock lock(folder.path());
  for (const int error : {ENOLCK, EOPNOTSUPP, ENOSYS, EIO}) {
    flock_error = error;
    EXPECT_THROW(lock.lock(), FileError);
    try {
      lock.try_lock();
      ADD_FAILURE() << "taken in spite of " << error;
    } catch (const FileError& caught) {
      EXPECT_THAT(caught.what(), testing::StartsWith((folder / ".lock").string() + ": cannot be locked: "));
      EXPECT_THAT(caught.what(), testing::HasSubstr("use a folder on a file system with locks"));
    }
    flock_error = 0;
  }
}

}  // namespace
}  // namespace prenorm
