#include "prenorm/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "prenorm/base/error.h"

namespace prenorm {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kWriteBuffer = std::size_t{1} << 20;

std::string reason() { return std::strerror(errno); }

// Beside the final name, so that the rename stays within one file system; with the process number and a count, so that
// neither two runs nor two threads write over each other.
fs::path temporary_beside(const fs::path& path) {
  static std::atomic<std::uint64_t> count{0};
  fs::path result = path;
  result += fmt::format(".partial-{}-{}", ::getpid(), count++);
  return result;
}

void make_parent(const fs::path& path) {
  if (!path.has_parent_path()) return;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) throw_error<FileError>("{}: cannot make the folder: {}", path.parent_path().string(), error.message());
}

// Swaps two names in one step, so that `b` exists at every moment; false where the system cannot, or `b` is missing.
bool exchange(const fs::path& a, const fs::path& b) {
  return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0;
}

// rename() cannot replace a folder that is not empty: an older one moves aside first, and back if the step fails.
void move_into_place(const fs::path& from, const fs::path& to) {
  std::error_code error, ignored;
  const fs::path old = fs::path(to) += ".old";
  const bool replaces = fs::exists(fs::symlink_status(to, ignored));
  if (replaces) {
    fs::remove_all(old, ignored);
    fs::rename(to, old, error);
    if (error) throw_error<FileError>("{}: cannot be replaced: {}", to.string(), error.message());
  }
  fs::rename(from, to, error);
  if (error && replaces) fs::rename(old, to, ignored);
  if (error) throw_error<FileError>("{}: cannot be written: {}", to.string(), error.message());
  if (replaces) fs::remove_all(old, ignored);
}

struct Descriptor {
  explicit Descriptor(int value) : fd(value) {}
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd;
};

}  // namespace

std::string read_file(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) throw_error<FileError>("{}: cannot be opened: {}", path.string(), reason());
  std::string content;
  char block[1 << 16];
  for (;;) {
    const ssize_t count = ::read(file.fd, block, sizeof block);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_error<FileError>("{}: cannot be read: {}", path.string(), reason());
    if (count == 0) return content;
    content.append(block, static_cast<std::size_t>(count));
  }
}

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)), temporary_(temporary_beside(path_)) {
  // Renaming over a device or a pipe would put a plain file in its place.
  std::error_code ignored;
  if (fs::exists(path_, ignored) && !fs::is_regular_file(path_, ignored))
    throw_error<FileError>("{}: is not a plain file and is not replaced; name another file", path_.string());
  make_parent(path_);
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw_error<FileError>("{}: cannot be written: {}", path_.string(), reason());
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, std::size_t bytes) {
  buffer_.append(static_cast<const char*>(data), bytes);
  if (buffer_.size() >= kWriteBuffer) flush();
}

void AtomicFile::flush() {
  const char* next = buffer_.data();
  std::size_t left = buffer_.size();
  while (left > 0) {
    const ssize_t count = ::write(descriptor_, next, left);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_error<FileError>("{}: cannot be written: {}", path_.string(), reason());
    next += count;
    left -= static_cast<std::size_t>(count);
  }
  buffer_.clear();
}

void AtomicFile::commit() {
  flush();
  if (::fsync(descriptor_) != 0) throw_error<FileError>("{}: cannot be written: {}", path_.string(), reason());
  const int closed = ::close(std::exchange(descriptor_, -1));
  if (closed != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const std::string why = reason();
    ::unlink(temporary_.c_str());
    throw_error<FileError>("{}: cannot be written: {}", path_.string(), why);
  }
  sync_directory(path_.has_parent_path() ? path_.parent_path() : fs::path("."));
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

void sync_directory(const fs::path& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const bool synced = folder.fd >= 0 && ::fsync(folder.fd) == 0;
  if (!synced && (folder.fd < 0 || (errno != EINVAL && errno != ENOTSUP)))  // file systems without folder syncs
    throw_error<FileError>("{}: the folder cannot be synced: {}", path.string(), reason());
}

fs::path without_separator_at_end(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  return normal.has_filename() || !normal.has_relative_path() ? normal : normal.parent_path();
}

AtomicDirectory::AtomicDirectory(const fs::path& path)
    : final_(without_separator_at_end(path)), temporary_(temporary_beside(final_)) {
  make_parent(final_);
  std::error_code error;
  fs::remove_all(temporary_, error);
  fs::create_directory(temporary_, error);
  if (error) throw_error<FileError>("{}: cannot make the folder: {}", final_.string(), error.message());
}

AtomicDirectory::~AtomicDirectory() {
  if (committed_) return;
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
}

void AtomicDirectory::commit() {
  sync_directory(temporary_);
  const bool exchanged = exchange(temporary_, final_);
  if (!exchanged) move_into_place(temporary_, final_);
  committed_ = true;
  sync_directory(final_.has_parent_path() ? final_.parent_path() : fs::path("."));
  std::error_code ignored;
  if (exchanged) fs::remove_all(temporary_, ignored);  // the older content
}

void replace_link(const fs::path& link, const fs::path& target) {
  const fs::path temporary = temporary_beside(link);
  std::error_code error;
  fs::remove(temporary, error);
  fs::create_symlink(target, temporary, error);
  if (!error) fs::rename(temporary, link, error);
  if (error) throw_error<FileError>("{}: the link cannot be set: {}", link.string(), error.message());
  sync_directory(link.has_parent_path() ? link.parent_path() : fs::path("."));
}

MappedFile::MappedFile(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file.fd < 0 || ::fstat(file.fd, &status) != 0)
    throw_error<FileError>("{}: cannot be opened: {}", path.string(), reason());
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) return;  // an empty file cannot be mapped
  void* data = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (data == MAP_FAILED) throw_error<FileError>("{}: cannot be mapped: {}", path.string(), reason());
  data_ = static_cast<const std::byte*>(data);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

}  // namespace prenorm
