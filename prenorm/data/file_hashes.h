// Content hashes of large files, which are not read again while they look unchanged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace prenorm::data {

// The outward signs of a file's content. Writing to the file changes them, except for two writes within the clock's
// resolution.
struct FileStamp {
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;  // unlike the modification time, no tool sets it back
  std::uint64_t inode = 0;

  bool operator==(const FileStamp&) const = default;
};

// Errors: FileError if the file is missing or is not a regular file.
FileStamp stamp_of(const std::filesystem::path& path);

// The hash (as hash_file_hex) of a file that looks like `stamp`, from the cache in `memo_path` if it has the file, else
// from its content. If the cache is lost or damaged, it is rebuilt.
std::string remembered_hash(const std::filesystem::path& memo_path, const std::filesystem::path& path,
                            const FileStamp& stamp);

}  // namespace prenorm::data
