// How the reports of the built-in corpora become JSON and are read back.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "prenorm/base/json_text.h"
#include "prenorm/corpora/corpus_report.h"

namespace prenorm::corpora {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DebianPackage, name, version, licence)

template <class Report>
std::string to_indented_json(const Report& report) {
  return json_text(nlohmann::ordered_json(nlohmann::json(report)), 2) + "\n";
}

// Nothing when the text is no JSON or not of this report.
template <class Report>
std::optional<Report> from_json_text(const std::string& text) {
  const nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
  try {
    return value.get<Report>();
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace prenorm::corpora
