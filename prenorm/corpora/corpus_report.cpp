#include "prenorm/corpora/corpus_report.h"

#include <nlohmann/json.hpp>

namespace prenorm::corpora {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DebianSourceReport, tag, licence, extracted, kept, english_words, other_words)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DebianPackage, name, version, licence)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DebianCorpusReport, pair, general_domain_only, extraction_version, sources, packages,
                                   train, dev, test, seconds)

std::string report_to_json(const DebianCorpusReport& report) {
  return nlohmann::ordered_json(nlohmann::json(report)).dump(2) + "\n";
}

std::optional<DebianCorpusReport> report_from_json(const std::string& json) {
  const nlohmann::json value = nlohmann::json::parse(json, nullptr, false);
  try {
    return value.get<DebianCorpusReport>();
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace prenorm::corpora
