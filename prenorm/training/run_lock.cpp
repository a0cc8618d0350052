#include "prenorm/training/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "prenorm/base/error.h"

namespace prenorm::training {

RunLock::RunLock(const std::filesystem::path& folder) {
  std::error_code ignored;  // the file says what is wrong
  std::filesystem::create_directories(folder, ignored);
  const std::filesystem::path path = folder / kLock;
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw_error<FileError>("{}: cannot be written: {}", path.string(), std::strerror(errno));
  // File systems without locks exist; there it is up to the user.
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  ::close(descriptor_);
  throw_error<UsageError>("{}: another process is training in this folder; wait for it, or name another with --run",
                          folder.string());
}

RunLock::~RunLock() { ::close(descriptor_); }

}  // namespace prenorm::training
