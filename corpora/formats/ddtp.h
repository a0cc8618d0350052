// Package descriptions and their translations, from apt's Translation-XX indexes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpora/texts/source_tag.h"
#include "corpora/texts/text_document.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::corpora {

struct PackageDescription {
  std::string package;
  std::string md5;  // of the English description, which identifies translations
  std::string summary;
  std::vector<std::string> items;  // paragraphs and list items of the long description
};

// Reads descriptions one by one. Records without a checksum or description are skipped.
class DescriptionReader {
 public:
  // Errors: FileError.
  explicit DescriptionReader(const std::filesystem::path& index) : reader_(index) {}
  std::optional<PackageDescription> next();

 private:
  LineReader reader_;
};

// Pairs the descriptions of the English indexes with those of `other`: summaries, and the items of a long description
// if both sides have the same number. Errors: FileError.
void extract_descriptions(const std::vector<std::filesystem::path>& english,
                          const std::vector<std::filesystem::path>& other, const PairSink& sink);

// Each package's first description as a document with the package's name as its key: the summary, then the items.
// Errors: FileError.
void extract_description_documents(const std::vector<std::filesystem::path>& english, const DocumentSink& sink);

}  // namespace prenorm::corpora
