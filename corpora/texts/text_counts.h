// What a built text for language models holds: returned to the caller and kept beside the text as corpus.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "corpora/texts/corpus_counts.h"
#include "corpora/texts/text_collector.h"

namespace prenorm::corpora {

// Raised whenever the extraction, the cleaning or the split changes: a text of another version is built anew.
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

// JSON, indented. The file says what each field is by its name.
std::string text_report_to_json(const DebianTextReport& report);
// Nothing when it is no such report.
std::optional<DebianTextReport> text_report_from_json(const std::string& json);

}  // namespace prenorm::corpora
