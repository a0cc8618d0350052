#include "prenorm/files/input_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "prenorm/base/error.h"

namespace prenorm {
namespace fs = std::filesystem;
namespace {

std::string_view kind_of(mode_t mode) {
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

[[noreturn]] void refuse(const fs::path& path) {
  throw_error<FileError>("{}: cannot be opened: {}", path.string(), std::strerror(errno));
}

}  // namespace

int open_regular_file(const fs::path& path, struct stat& status) noexcept {
  // The file is checked first, since opening some devices has effects. A pipe may take its place in between: opening
  // one without O_NONBLOCK would wait for its writer.
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return -1;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return -1;
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) return descriptor;
  ::close(descriptor);
  return -1;
}

InputFile::InputFile(const fs::path& path, Reading reading) : descriptor_(-1) {
  if (::stat(path.c_str(), &status_) != 0) refuse(path);
  if (S_ISDIR(status_.st_mode)) throw_error<FileError>("{}: is a folder, not a file", path.string());
  // If read once, a pipe may be waited for, as any program does.
  const bool wait = reading == Reading::kOnce && !S_ISREG(status_.st_mode);
  descriptor_ = wait ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC) : open_regular_file(path, status_);
  if (descriptor_ < 0 && !wait && !S_ISREG(status_.st_mode))
    throw_error<FileError>("{}: cannot be read twice, since it is {}; write its content to a file first", path.string(),
                           kind_of(status_.st_mode));
  if (descriptor_ < 0) refuse(path);
}

InputFile InputFile::standard_input() {
  InputFile file(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  if (file.descriptor_ < 0) throw_error<FileError>("standard input: cannot be read: {}", std::strerror(errno));
  return file;
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace prenorm
