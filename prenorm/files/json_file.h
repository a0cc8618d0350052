// JSON files that others may have written.
#pragma once

#include <filesystem>
#include <string>

#include "prenorm/base/json.h"

namespace prenorm {

// A file of at most 256 MiB, without its byte order mark. Errors: FileError.
std::string read_json_text(const std::filesystem::path& path);
template <class Json = nlohmann::json>
Json read_json(const std::filesystem::path& path) {
  return parse_json<Json>(read_json_text(path));
}

}  // namespace prenorm
