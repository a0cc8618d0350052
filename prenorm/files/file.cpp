#include "prenorm/files/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/files/byte_order_mark.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/input_file.h"
#include "prenorm/files/temporary.h"

namespace prenorm {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kWriteBuffer = std::size_t{1} << 20;
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 30;

std::string reason() { return std::strerror(errno); }

// Swaps two names in one step, so that `b` exists at every moment; false if the system cannot, or `b` is missing.
bool exchange(const fs::path& a, const fs::path& b) {
  return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0;
}

// rename() cannot replace a folder that is not empty: the old one is moved aside first, and back if the step fails.
void move_into_place(const fs::path& from, const fs::path& to) {
  std::error_code error, ignored;
  const fs::path old = temporary_beside(to, TemporaryKind::kOld);
  const bool replaces = fs::exists(fs::symlink_status(to, ignored));
  if (replaces) {
    fs::rename(to, old, error);
    if (error) throw_error<FileError>("{}: cannot be replaced: {}", to.string(), error.message());
  }
  fs::rename(from, to, error);
  if (error && replaces) fs::rename(old, to, ignored);
  if (error) throw_error<FileError>("{}: cannot be written: {}", to.string(), error.message());
  if (replaces) fs::remove_all(old, ignored);
}

}  // namespace

std::string read_file(const fs::path& path, std::uint64_t largest) {
  const InputFile file(path);
  const auto refuse = [&] {
    throw_error<FileError>("{}: is larger than {} MiB, too large for this kind of file", path.string(), largest >> 20);
  };
  if (static_cast<std::uint64_t>(file.status().st_size) > largest) refuse();
  std::string content;
  std::array<char, 1 << 16> block;
  for (;;) {
    const ssize_t count = ::read(file.descriptor(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_error<FileError>("{}: cannot be read: {}", path.string(), reason());
    if (count == 0) return content;
    content.append(block.data(), static_cast<std::size_t>(count));
    if (content.size() > largest) refuse();  // files in /proc report a size of 0
  }
}

std::string read_file(const fs::path& path) { return read_file(path, kLargestFile); }

std::string read_text_file(const fs::path& path) {
  std::string text = read_file(path);
  strip_byte_order_mark(text);
  return text;
}

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)) {
  // Renaming over a device or a pipe would put a plain file in its place.
  std::error_code ignored;
  if (fs::exists(path_, ignored) && !fs::is_regular_file(path_, ignored))
    throw_error<FileError>("{}: is not a plain file and is not replaced; name another file", path_.string());
  make_folder(folder_of(path_));
  remove_leftovers_of(path_);
  Temporary made = make_temporary_file(path_);
  temporary_ = std::move(made.path);
  descriptor_ = made.descriptor;
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
  // The file is renamed before it is closed, which releases the lock; after the sync, closing cannot fail any more.
  const bool renamed = ::rename(temporary_.c_str(), path_.c_str()) == 0;
  const std::string why = reason();
  ::close(std::exchange(descriptor_, -1));
  if (!renamed) {
    ::unlink(temporary_.c_str());
    throw_error<FileError>("{}: cannot be written: {}", path_.string(), why);
  }
  sync_directory(folder_of(path_));
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

void sync_directory(const fs::path& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && ::fsync(folder) == 0;
  const int code = synced ? 0 : errno;
  if (folder >= 0) ::close(folder);
  if (!synced && (folder < 0 || (code != EINVAL && code != ENOTSUP)))  // file systems without folder syncs
    throw_error<FileError>("{}: the folder cannot be synced: {}", path.string(), std::strerror(code));
}

AtomicDirectory::AtomicDirectory(const fs::path& path) : final_(plain_path(path)) {
  make_folder(folder_of(final_));
  remove_leftovers_of(final_);
  Temporary made = make_temporary_folder(final_);
  temporary_ = std::move(made.path);
  descriptor_ = made.descriptor;
  if (descriptor_ < 0) throw_error<FileError>("{}: cannot make the folder: {}", final_.string(), reason());
}

AtomicDirectory::~AtomicDirectory() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(temporary_, ignored);
  ::close(descriptor_);
}

void AtomicDirectory::commit() {
  sync_directory(temporary_);
  const bool exchanged = exchange(temporary_, final_);
  if (!exchanged) move_into_place(temporary_, final_);
  committed_ = true;
  sync_directory(folder_of(final_));
  std::error_code ignored;
  if (exchanged) fs::remove_all(temporary_, ignored);  // the old content
}

void replace_link(const fs::path& link, const fs::path& target) {
  const fs::path temporary = temporary_beside(link, TemporaryKind::kPartial);
  std::error_code error;
  fs::remove(temporary, error);
  fs::create_symlink(target, temporary, error);
  if (!error) fs::rename(temporary, link, error);
  if (error) throw_error<FileError>("{}: the link cannot be set: {}", link.string(), error.message());
  sync_directory(folder_of(link));
}

MappedFile::MappedFile(const fs::path& path) {
  const InputFile file(path);
  size_ = static_cast<std::size_t>(file.status().st_size);
  if (size_ == 0) return;  // an empty file cannot be mapped
  void* data = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
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
