#include "prenorm/base/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "prenorm/base/error.h"

namespace prenorm {

FolderLock::FolderLock(const std::filesystem::path& folder) {
  std::error_code ignored;  // the file says what is wrong
  std::filesystem::create_directories(folder, ignored);
  const std::filesystem::path path = folder / kFolderLock;
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw_error<FileError>("{}: cannot be written: {}", path.string(), std::strerror(errno));
}

FolderLock::~FolderLock() { ::close(descriptor_); }

bool FolderLock::try_lock() { return ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

void FolderLock::lock() {
  while (::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
  }
}

}  // namespace prenorm
