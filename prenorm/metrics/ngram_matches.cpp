#include "prenorm/metrics/ngram_matches.h"

#include <algorithm>
#include <unordered_map>

namespace prenorm::metrics {

NgramCounts& NgramCounts::operator+=(const NgramCounts& other) {
  hypothesis += other.hypothesis;
  reference += other.reference;
  matches += other.matches;
  return *this;
}

void add_counts(std::span<NgramCounts> sum, std::span<const NgramCounts> counts) {
  for (std::size_t n = 0; n < sum.size(); ++n) sum[n] += counts[n];
}

// An n-gram is the rank of its first n-1 tokens in the previous order and its last token: 64 bits identify it exactly.
void NgramMatcher::list_ngrams(std::span<const std::uint32_t> tokens, std::size_t order, std::size_t offset) {
  for (std::size_t i = 0; i + order <= tokens.size(); ++i) {
    const std::uint64_t prefix = order == 1 ? 0 : ranks_[offset + i];
    ngrams_.push_back({(prefix << 32) | tokens[i + order - 1], static_cast<std::uint32_t>(offset + i)});
  }
}

NgramCounts NgramMatcher::rank_and_count(std::size_t reference_begin) {
  std::sort(ngrams_.begin(), ngrams_.end(), [](const Ngram& a, const Ngram& b) { return a.key < b.key; });
  NgramCounts counts;
  std::uint32_t rank = 0;
  for (std::size_t begin = 0; begin < ngrams_.size(); ++rank) {
    std::int64_t in_hypothesis = 0, in_reference = 0;
    std::size_t end = begin;
    for (; end < ngrams_.size() && ngrams_[end].key == ngrams_[begin].key; ++end) {
      ++(ngrams_[end].position < reference_begin ? in_hypothesis : in_reference);
      ranks_[ngrams_[end].position] = rank;
    }
    counts += {in_hypothesis, in_reference, std::min(in_hypothesis, in_reference)};
    begin = end;
  }
  return counts;
}

void NgramMatcher::count(std::span<const std::uint32_t> hypothesis, std::span<const std::uint32_t> reference,
                         std::span<NgramCounts> counts) {
  ranks_.resize(hypothesis.size() + reference.size());
  for (std::size_t order = 1; order <= counts.size(); ++order) {
    ngrams_.clear();
    list_ngrams(hypothesis, order, 0);
    list_ngrams(reference, order, hypothesis.size());
    counts[order - 1] = rank_and_count(hypothesis.size());
  }
}

void NgramMatcher::count(std::span<const std::u32string_view> hypothesis,
                         std::span<const std::u32string_view> reference, std::span<NgramCounts> counts) {
  std::unordered_map<std::u32string_view, std::uint32_t> ids;
  ids.reserve(hypothesis.size() + reference.size());
  const auto number = [&ids](std::span<const std::u32string_view> words) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(words.size());
    for (const std::u32string_view word : words)
      numbers.push_back(ids.try_emplace(word, static_cast<std::uint32_t>(ids.size())).first->second);
    return numbers;
  };
  const std::vector<std::uint32_t> hypothesis_ids = number(hypothesis);
  count(hypothesis_ids, number(reference), counts);
}

}  // namespace prenorm::metrics
