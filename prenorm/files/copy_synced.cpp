#include "prenorm/files/copy_synced.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "prenorm/base/error.h"

namespace prenorm {
namespace {

bool is_synced(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool synced = ::fsync(file) == 0;
  const int reason = errno;
  ::close(file);
  errno = reason;
  return synced;
}

}  // namespace

void copy_synced(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::skip_existing, error);
  if (!error && !is_synced(to)) error = std::error_code(errno, std::generic_category());
  if (error) throw_error<FileError>("{}: cannot be copied to {}: {}", from.string(), to.string(), error.message());
}

}  // namespace prenorm
