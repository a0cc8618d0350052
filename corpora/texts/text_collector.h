// Cleans extracted documents and collects the text in its three parts.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "corpora/texts/clean.h"
#include "corpora/texts/text_document.h"

namespace prenorm::corpora {

struct TextCounts {
  std::int64_t documents = 0, lines = 0;
  std::int64_t words = 0;  // separated by blanks
  std::int64_t bytes = 0;  // of the lines with their ends, without the blank lines between documents
};

class TextCollector {
 public:
  // Normalises the paragraphs, splits them into sentences and keeps those that are is_running_text() and new (by
  // duplicate_key(), over all kept documents, so that no sentence occurs in two parts). A document with fewer than ten
  // words left is dropped. The part is chosen by split_of_key("SOURCE/KEY"). Returns the counts of what was added.
  TextCounts add(std::string_view source, const TextDocument& document);

  // One sentence per line, a blank line between documents.
  const std::string& text(Split split) const { return parts_[static_cast<std::size_t>(split)].text; }
  const TextCounts& counts(Split split) const { return parts_[static_cast<std::size_t>(split)].counts; }

 private:
  struct Part {
    std::string text;
    TextCounts counts;
  };
  std::array<Part, 3> parts_;
  std::unordered_set<std::uint64_t> seen_;  // hashes of the sentences' duplicate keys
};

TextCounts& operator+=(TextCounts& sum, const TextCounts& counts);

}  // namespace prenorm::corpora
