// Content hashes of large files that are not read again while they look unchanged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace prenorm::data {

// What a file looks like from outside. Writing to it changes this, except for two writes within the clock's grain.
struct FileStamp {
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;  // unlike the time of modification, no tool sets it back
  std::uint64_t inode = 0;

  bool operator==(const FileStamp&) const = default;
};

// Errors: FileError when the file is missing or is no regular file.
FileStamp stamp_of(const std::filesystem::path& path);

// The hash (as hash_file_hex) of a file that looks like `stamp`, from the memory kept in `memo_path` where it holds
// the file, else from its content. The memory is only a shortcut: lost or damaged, it is made again.
std::string remembered_hash(const std::filesystem::path& memo_path, const std::filesystem::path& path,
                            const FileStamp& stamp);

}  // namespace prenorm::data
