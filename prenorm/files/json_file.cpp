#include "prenorm/files/json_file.h"

#include <cstdint>

#include "prenorm/files/byte_order_mark.h"
#include "prenorm/files/file.h"

namespace prenorm {
namespace {
constexpr std::uint64_t kLargest = std::uint64_t{256} << 20;
}

std::string read_json_text(const std::filesystem::path& path) {
  std::string text = read_file(path, kLargest);
  strip_byte_order_mark(text);
  return text;
}

}  // namespace prenorm
