#include "corpora/texts/text_counts.h"

#include "corpora/texts/corpus_counts_json.h"

namespace prenorm::corpora {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TextCounts, documents, lines, words, bytes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DebianTextSource, source, licence, extracted, kept)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DebianTextReport, text, gcide, extraction_version, sources, packages, train, valid,
                                   test, seconds)

std::string text_report_to_json(const DebianTextReport& report) { return to_indented_json(report); }

std::optional<DebianTextReport> text_report_from_json(const std::string& json) {
  return from_json_text<DebianTextReport>(json);
}

}  // namespace prenorm::corpora
