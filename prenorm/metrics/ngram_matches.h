// Counts of n-grams that a hypothesis shares with its reference, the basis of BLEU and chrF.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace prenorm::metrics {

// Counts of one order: n-grams on either side, and matches, each n-gram matched as often as it occurs on both sides.
struct NgramCounts {
  std::int64_t hypothesis = 0;
  std::int64_t reference = 0;
  std::int64_t matches = 0;

  NgramCounts& operator+=(const NgramCounts& other);
};

// Adds the counts order by order; both have the same number of orders.
void add_counts(std::span<NgramCounts> sum, std::span<const NgramCounts> counts);

// Keeps its buffers from segment to segment. Exact (n-grams are not hashed), O(length log length) for each order for
// any text. Both sides together have fewer than 2^32 tokens.
class NgramMatcher {
 public:
  // Tokens as numbers, equal ones equal. Overwrites counts[n - 1] with the counts of order n.
  void count(std::span<const std::uint32_t> hypothesis, std::span<const std::uint32_t> reference,
             std::span<NgramCounts> counts);
  // The same for tokens as words.
  void count(std::span<const std::u32string_view> hypothesis, std::span<const std::u32string_view> reference,
             std::span<NgramCounts> counts);

 private:
  struct Ngram {
    std::uint64_t key;
    std::uint32_t position;
  };
  void list_ngrams(std::span<const std::uint32_t> tokens, std::size_t order, std::size_t offset);
  NgramCounts rank_and_count(std::size_t reference_begin);

  std::vector<Ngram> ngrams_;
  std::vector<std::uint32_t> ranks_;
};

}  // namespace prenorm::metrics
