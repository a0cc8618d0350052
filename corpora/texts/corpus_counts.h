// What a built corpus holds: returned to the caller and kept beside the text as corpus.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace prenorm::corpora {

// Raised whenever the extraction, the cleaning or the split changes: a corpus of another version is built anew.
inline constexpr int kExtractionVersion = 1;

struct DebianSourceReport {
  std::string tag, licence;
  std::int64_t extracted = 0;                       // pairs before cleaning
  std::int64_t kept = 0;                            // sentence pairs in the corpus
  std::int64_t english_words = 0, other_words = 0;  // of the kept pairs, words between blanks
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

// JSON, indented. The file says what each field is by its name.
std::string report_to_json(const DebianCorpusReport& report);
// Nothing when it is no such report.
std::optional<DebianCorpusReport> report_from_json(const std::string& json);

}  // namespace prenorm::corpora
