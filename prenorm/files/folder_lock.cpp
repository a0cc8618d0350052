#include "prenorm/files/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "prenorm/base/error.h"

namespace prenorm {

FolderLock::FolderLock(const std::filesystem::path& folder) : path_(folder / kFolderLock) {
  std::error_code ignored;  // opening the lock file reports any problem
  std::filesystem::create_directories(folder, ignored);
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw_error<FileError>("{}: cannot be written: {}", path_.string(), std::strerror(errno));
}

FolderLock::~FolderLock() { ::close(descriptor_); }

bool FolderLock::try_lock() { return take(LOCK_EX | LOCK_NB); }

void FolderLock::lock() { take(LOCK_EX); }

bool FolderLock::take(int operation) {
  int result = 0;
  while ((result = ::flock(descriptor_, operation)) != 0 && errno == EINTR) {
  }
  if (result == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  throw_error<FileError>(
      "{}: cannot be locked: {}; use a folder on a file system with locks (of NFS: mounted with lock support)",
      path_.string(), std::strerror(errno));
}

}  // namespace prenorm
