// Content hashes (XXH3, 64 and 128 bits): they tell damaged or changed files, they are no protection against intent.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace prenorm {

std::uint64_t hash64(std::string_view bytes);
// 32 hexadecimal digits.
std::string hash_hex(std::string_view bytes);
// The same of a file's content, which is mapped rather than read into memory. Errors: FileError.
std::string hash_file_hex(const std::filesystem::path& path);

}  // namespace prenorm
