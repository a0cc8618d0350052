#include "prenorm/base/json_kind.h"

namespace prenorm {

nlohmann::ordered_json with_kind(const JsonKind& kind, const nlohmann::ordered_json& members) {
  nlohmann::ordered_json document{{"kind", kind.name}, {"version", kind.version}};
  for (const auto& [key, value] : members.items())
    if (key != "kind" && key != "version") document[key] = value;
  return document;
}

bool is_of_kind(const nlohmann::json& document, const JsonKind& kind) {
  if (!has_kind(document) || document["kind"] != kind.name) return false;
  const auto version = document.find("version");
  if (version == document.end() || !version->is_number_integer()) return false;
  const auto number = version->get<std::int64_t>();
  return number >= 1 && number <= kind.version;
}

bool has_kind(const nlohmann::json& document) { return document.is_object() && document.contains("kind"); }

}  // namespace prenorm
