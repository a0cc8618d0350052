#include "corpora/texts/corpus_counts.h"

#include "corpora/texts/corpus_counts_json.h"

namespace prenorm::corpora {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DebianSourceReport, tag, licence, extracted, kept, english_words, other_words)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DebianCorpusReport, pair, general_domain_only, extraction_version, sources, packages,
                                   train, dev, test, seconds)

std::string report_to_json(const DebianCorpusReport& report) { return to_indented_json(report); }

std::optional<DebianCorpusReport> report_from_json(const std::string& json) {
  return from_json_text<DebianCorpusReport>(json);
}

}  // namespace prenorm::corpora
