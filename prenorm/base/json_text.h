// JSON as text. Text in it may come from anywhere (a file's name, what a model wrote) and need not be UTF-8, which
// nlohmann's dump() throws at; here U+FFFD takes the place of what is not.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace prenorm {

// `indent`: blanks a level; -1 = all on one line.
template <class Json>
std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace prenorm
