#include "prenorm/base/json.h"

#include "prenorm/files/byte_order_mark.h"
#include "prenorm/files/file.h"

namespace prenorm {
namespace {
constexpr int kDeepest = 100;
constexpr std::uint64_t kLargest = std::uint64_t{256} << 20;
}  // namespace

bool is_shallow_json(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\') ++i;  // text remains after the value
    if (quoted) continue;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > kDeepest) return false;
  }
  return true;
}

std::string read_json_text(const std::filesystem::path& path) {
  std::string text = read_file(path, kLargest);
  strip_byte_order_mark(text);
  return text;
}

void refuse_json(std::string_view name, std::string_view expected) {
  throw_error<JsonError>("{} is missing or wrong, expected {}", name, expected);
}

}  // namespace prenorm
