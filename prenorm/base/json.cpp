#include "prenorm/base/json.h"

namespace prenorm {
namespace {
constexpr int kDeepest = 100;
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

void refuse_json(std::string_view name, std::string_view expected) {
  throw_error<JsonError>("{} is missing or wrong, expected {}", name, expected);
}

}  // namespace prenorm
