// How the reports of the built-in corpora are written to JSON and read back.
#pragma once

#include <optional>
#include <string>

#include "corpora/texts/corpus_counts.h"
#include "prenorm/base/json.h"
#include "prenorm/base/json_text.h"

namespace prenorm::corpora {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DebianPackage, name, version, licence)

template <class Report>
std::string to_indented_json(const Report& report) {
  return json_text(nlohmann::ordered_json(nlohmann::json(report)), 2) + "\n";
}

// Checks that counts fit into the types of the reports. Errors: JsonError.
inline void check_counts(const nlohmann::json& value) {
  if (value.is_structured())
    for (const nlohmann::json& part : value) check_counts(part);
  else if (value.is_number())
    real_number(value, "a count", Range{0, 1e15});
}

// Nothing if the text is not JSON or not such a report.
template <class Report>
std::optional<Report> from_json_text(const std::string& text) {
  const nlohmann::json value = parse_json(text);
  try {
    check_counts(value);
    return value.get<Report>();
  } catch (const JsonError&) {
  } catch (const nlohmann::json::exception&) {
  }
  return std::nullopt;
}

}  // namespace prenorm::corpora
