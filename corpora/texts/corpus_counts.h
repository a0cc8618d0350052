// The content of a built corpus: returned to the caller and stored with the text as corpus.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace prenorm::corpora {

// Incremented whenever the extraction, the cleaning or the split changes: a corpus of another version is built again.
inline constexpr int kExtractionVersion = 1;

struct DebianSourceReport {
  std::string tag, licence;
  std::int64_t extracted = 0;                       // pairs before cleaning
  std::int64_t kept = 0;                            // sentence pairs in the corpus
  std::int64_t english_words = 0, other_words = 0;  // of the kept pairs; words are separated by blanks
};

struct DebianPackage {
  std::string name, version, licence;
};

struct DebianCorpusReport {
  std::string pair;
  bool general_domain_only = false;
  int extraction_version = kExtractionVersion;
  std::vector<DebianSourceReport> sources;
  std::vector<DebianPackage> packages;
  std::int64_t train = 0, dev = 0, test = 0;  // pairs
  double seconds = 0;                         // download, extraction and cleaning
};

// Indented JSON. The names of its fields explain it.
std::string report_to_json(const DebianCorpusReport& report);
// Nothing if it is not such a report.
std::optional<DebianCorpusReport> report_from_json(const std::string& json);

}  // namespace prenorm::corpora
