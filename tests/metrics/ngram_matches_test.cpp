#include "prenorm/metrics/ngram_matches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "prenorm/base/random.h"

namespace prenorm::metrics {
namespace {

using TokenIds = std::vector<std::uint32_t>;

NgramCounts count_by_definition(const TokenIds& hypothesis, const TokenIds& reference, std::size_t order) {
  const auto count = [order](const TokenIds& tokens) {
    std::map<TokenIds, std::int64_t> counts;
    for (std::size_t i = 0; i + order <= tokens.size(); ++i)
      ++counts[TokenIds(tokens.begin() + i, tokens.begin() + i + order)];
    return counts;
  };
  NgramCounts total;
  const auto reference_counts = count(reference);
  for (const auto& [ngram, times] : reference_counts) total.reference += times;
  for (const auto& [ngram, times] : count(hypothesis)) {
    total.hypothesis += times;
    const auto found = reference_counts.find(ngram);
    if (found != reference_counts.end()) total.matches += std::min(times, found->second);
  }
  return total;
}

void expect_equal(const NgramCounts& counts, const NgramCounts& expected) {
  EXPECT_EQ(counts.hypothesis, expected.hypothesis);
  EXPECT_EQ(counts.reference, expected.reference);
  EXPECT_EQ(counts.matches, expected.matches);
}

TEST(NgramMatches, AsByDefinition) {
  RandomStream random(7);
  NgramMatcher matcher;
  for (int round = 0; round < 500; ++round) {
    const auto draw = [&random](std::uint64_t alphabet) {
      TokenIds tokens(random.below(30));
      for (std::uint32_t& token : tokens) token = 0xFFFFFFFF - static_cast<std::uint32_t>(random.below(alphabet));
      return tokens;
    };
    const std::uint64_t alphabet = 1 + random.below(5);
    const TokenIds hypothesis = draw(alphabet), reference = draw(alphabet);
    std::array<NgramCounts, 6> counts;
    matcher.count(hypothesis, reference, counts);
    for (std::size_t n = 0; n < counts.size(); ++n)
      expect_equal(counts[n], count_by_definition(hypothesis, reference, n + 1));
  }
}

TEST(NgramMatches, WordsAsTheirNumbers) {
  const std::vector<std::u32string_view> hypothesis{U"a", U"b", U"a", U"b"}, reference{U"b", U"a", U"b", U"c"};
  std::array<NgramCounts, 2> counts;
  NgramMatcher().count(hypothesis, reference, counts);
  expect_equal(counts[0], {4, 4, 3});
  expect_equal(counts[1], {3, 3, 2});
}

}  // namespace
}  // namespace prenorm::metrics
