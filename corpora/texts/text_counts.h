// The content of a built text for language models: returned to the caller and stored with the text as corpus.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "corpora/texts/corpus_counts.h"
#include "corpora/texts/text_collector.h"

namespace prenorm::corpora {

// Incremented whenever the extraction, the cleaning or the split changes: a text of another version is built again.
inline constexpr int kTextExtractionVersion = 2;

struct DebianTextSource {
  std::string source, licence;
  std::int64_t extracted = 0;  // documents before cleaning
  TextCounts kept{};
};

struct DebianTextReport {
  std::string text = "en";
  bool gcide = false;
  int extraction_version = kTextExtractionVersion;
  std::vector<DebianTextSource> sources;
  std::vector<DebianPackage> packages;
  TextCounts train, valid, test;
  double seconds = 0;  // download, extraction and cleaning
};

// Indented JSON. The names of its fields explain it.
std::string text_report_to_json(const DebianTextReport& report);
// Nothing if it is not such a report.
std::optional<DebianTextReport> text_report_from_json(const std::string& json);

}  // namespace prenorm::corpora
