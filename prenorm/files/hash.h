// Content hashes (XXH3, 64 and 128 bits): they detect damaged or changed files, not deliberate changes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace prenorm {

std::uint64_t hash64(std::string_view bytes);
// 32 hexadecimal digits.
std::string hash_hex(std::string_view bytes);
// The same for the content of a file, which is mapped and not read into memory. Errors: FileError.
std::string hash_file_hex(const std::filesystem::path& path);

}  // namespace prenorm
