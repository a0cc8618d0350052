// JSON as text. Strings in it may come from anywhere (a file's name, a model's output) and need not be UTF-8, for which
// nlohmann's dump() throws; here bytes that are not UTF-8 become U+FFFD.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace prenorm {

// `indent`: blanks per level; -1 = everything on one line.
template <class Json>
std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace prenorm
