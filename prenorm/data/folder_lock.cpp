#include "prenorm/data/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "prenorm/base/error.h"
#include "prenorm/base/terminal.h"

namespace prenorm::data {

FolderLock::FolderLock(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::filesystem::path path = folder / ".lock";
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw_error<FileError>("{}: cannot be written: {}", path.string(), std::strerror(errno));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  // File systems without locks exist; two processes then do the same work twice, and the later result stays.
  if (errno != EWOULDBLOCK) return;
  inform(fmt::format("{}: waiting for another process that is preparing text", folder.string()));
  while (::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
  }
}

FolderLock::~FolderLock() { ::close(descriptor_); }

}  // namespace prenorm::data
