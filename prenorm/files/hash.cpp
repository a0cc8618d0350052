#include "prenorm/files/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

#include "prenorm/files/file.h"

namespace prenorm {
namespace {
std::string hex(XXH128_hash_t hash) { return fmt::format("{:016x}{:016x}", hash.high64, hash.low64); }
}  // namespace

std::uint64_t hash64(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string hash_hex(std::string_view bytes) { return hex(XXH3_128bits(bytes.data(), bytes.size())); }

std::string hash_file_hex(const std::filesystem::path& path) {
  const MappedFile file(path);
  return hex(XXH3_128bits(file.bytes().data(), file.bytes().size()));
}

}  // namespace prenorm
