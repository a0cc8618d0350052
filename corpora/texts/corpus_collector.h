// Cleans extracted pairs and collects the corpus in its three parts.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "corpora/texts/clean.h"
#include "corpora/texts/source_tag.h"

namespace prenorm::corpora {

struct SourceCounts {
  std::int64_t extracted = 0;                       // pairs before the split into sentences
  std::int64_t kept = 0;                            // sentence pairs in the corpus
  std::int64_t english_words = 0, other_words = 0;  // words of the kept pairs
};

// Lines of one part, each ended by a newline.
struct PartText {
  std::string english, other, tags;
  std::int64_t pairs = 0;
};

class CorpusCollector {
 public:
  // Normalises, splits into sentences if both sides have the same number, and keeps what passes check_pair() and is
  // new.
  void add(SourceTag tag, std::string_view english, std::string_view other);

  const PartText& part(Split split) const { return parts_[static_cast<std::size_t>(split)]; }
  const SourceCounts& counts(SourceTag tag) const { return counts_[static_cast<std::size_t>(tag)]; }

 private:
  void add_sentence(SourceTag tag, std::string_view english, std::string_view other);

  std::array<PartText, 3> parts_;
  std::array<SourceCounts, kSources.size()> counts_;
  std::unordered_set<std::uint64_t> seen_;  // hashes of duplicate keys
};

}  // namespace prenorm::corpora
