// A file whose every 64 KiB block carries its hash. It is mapped, not read: a block is checked when it is first
// accessed, so that opening costs nothing and damage is still detected before any byte is used.
//
// Format: the data, then one 64-bit hash (XXH3) per block, little endian. The expected size and the hash of the block
// hashes are kept elsewhere and passed to the reader, so that files of different corpora cannot be mixed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/files/file.h"

namespace prenorm::data {

struct BlockFileInfo {
  std::int64_t bytes = 0;  // of data, without the hashes
  std::string hash;        // of the block hashes
};

class BlockFileWriter {
 public:
  explicit BlockFileWriter(const std::filesystem::path& path) : file_(path) {}

  template <class T>
  void write(std::span<const T> values) {
    write_bytes({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  }
  // Completes the file. Errors, as of write(): FileError.
  BlockFileInfo finish();

 private:
  void write_bytes(std::string_view bytes);
  void end_block();

  AtomicFile file_;
  std::string block_;
  std::vector<std::uint64_t> hashes_;
  std::int64_t bytes_ = 0;
};

class BlockFile {
 public:
  // Errors: FileError if the file is missing, DataError if it is not the one that `info` describes.
  BlockFile(const std::filesystem::path& path, const BlockFileInfo& info);

  // `count` values of T from number `first` on, which must be inside. Several threads may call it at once. Errors:
  // DataError if they are damaged.
  template <class T>
  std::span<const T> values(std::int64_t first, std::int64_t count) const {
    check(first * static_cast<std::int64_t>(sizeof(T)), count * static_cast<std::int64_t>(sizeof(T)));
    return file_.as<T>().subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
  }

 private:
  void check(std::int64_t begin, std::int64_t bytes) const;
  void check_block(std::int64_t block) const;

  std::filesystem::path path_;
  MappedFile file_;
  std::int64_t bytes_;
  std::unique_ptr<std::atomic<bool>[]> checked_;
};

}  // namespace prenorm::data
