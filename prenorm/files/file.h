// Files that are read whole, mapped, or written atomically. Every failure is a FileError that names the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace prenorm {

// A regular file of at most 1 GiB. Errors: FileError.
std::string read_file(const std::filesystem::path& path);
// The same, but of at most `largest` bytes.
std::string read_file(const std::filesystem::path& path, std::uint64_t largest);
// A text in UTF-8, without the byte order mark that some editors put before it.
std::string read_text_file(const std::filesystem::path& path);

// A file that appears under its name only when commit() returns: it is written next to its final place, synced and
// renamed. If destroyed before commit(), it leaves nothing behind. Leftovers of a killed process for the same file are
// removed.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t bytes);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void commit();

 private:
  void flush();

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::string buffer_;
  int descriptor_ = -1;
};

void write_file_atomically(const std::filesystem::path& path, std::string_view content);

// Syncs a folder's list of names, so that a rename in it survives a power cut.
void sync_directory(const std::filesystem::path& path);

// A folder that appears under its name only when commit() returns. Fill path(); if destroyed before commit(), it is
// removed. Leftovers of a killed process for the same folder are removed.
class AtomicDirectory {
 public:
  explicit AtomicDirectory(const std::filesystem::path& path);
  ~AtomicDirectory();
  AtomicDirectory(const AtomicDirectory&) = delete;
  AtomicDirectory& operator=(const AtomicDirectory&) = delete;

  const std::filesystem::path& path() const { return temporary_; }
  void commit();

 private:
  std::filesystem::path final_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;  // holds the lock of the folder being written
  bool committed_ = false;
};

// Points the symbolic link `link` at `target` (relative to the link's folder) in one step.
void replace_link(const std::filesystem::path& link, const std::filesystem::path& target);

// A read-only view of a whole regular file, paged in on access. If another process truncates the file while it is
// mapped, access to the missing part ends this process with SIGBUS, the system's only way to report it: replace files,
// never truncate them.
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  // The bytes as values of T; the size must be a multiple of sizeof(T).
  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(data_), size_ / sizeof(T)};
  }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace prenorm
