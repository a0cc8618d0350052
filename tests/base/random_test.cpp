#include "prenorm/base/random.h"
#include "test_seed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <vector>

namespace prenorm {
namespace {

TEST(RandomStream, IsSplitMix64) {
  // The published outputs for the seeds 0 and 1234567.
  EXPECT_EQ(RandomStream(0).next(), 0xE220A8397B1DCDAFU);
  RandomStream random(1234567);
  for (const std::uint64_t expected :
       {6457827717110365317U, 3203168211198807973U, 9817491932198370423U, 4593380528125082431U, 16408922859458223821U})
    EXPECT_EQ(random.next(), expected);
}

TEST(NameKey, IsFnv1a) {
  EXPECT_EQ(name_key(""), 0xCBF29CE484222325U);
  EXPECT_EQ(name_key("a"), 0xAF63DC4C8601EC8CU);
  EXPECT_EQ(name_key("foobar"), 0x85944171F73967E8U);
}

TEST(MixKey, DependsOnEachPartAndItsPlace) {
  std::set<std::uint64_t> keys;
  for (std::uint64_t a = 0; a < 20; ++a) {
    keys.insert(mix_key({a}));
    for (std::uint64_t b = 0; b < 20; ++b) {
      keys.insert(mix_key({a, b}));
      for (std::uint64_t c = 0; c < 20; ++c) keys.insert(mix_key({a, b, c}));
    }
  }
  EXPECT_EQ(keys.size(), 20U + 400U + 8000U);
  static_assert(mix_key({1, 2}) != mix_key({2, 1}));
}

TEST(RandomStream, UniformFillsItsInterval) {
  RandomStream random(test::test_seed(5));
  constexpr int count = 100'000;
  double sum = 0, squares = 0, lowest = 1, highest = 0;
  for (int i = 0; i < count; ++i) {
    const double x = random.uniform();
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    sum += x, squares += x * x, lowest = std::min(lowest, x), highest = std::max(highest, x);
  }
  // Five standard errors of the mean (1/sqrt(12 n)) and of the second moment (sqrt(4/45 / n)).
  EXPECT_NEAR(sum / count, 0.5, 5 * 0.2887 / 316.2);
  EXPECT_NEAR(squares / count, 1.0 / 3, 5 * 0.2981 / 316.2);
  EXPECT_LT(lowest, 1e-3);
  EXPECT_GT(highest, 1 - 1e-3);
}

TEST(RandomStream, BelowIsEvenAndStaysBelow) {
  RandomStream random(test::test_seed(6));
  for (const std::uint64_t bound : {1ULL, 2ULL, 3ULL, 10ULL, 1ULL << 40, ~0ULL})
    for (int i = 0; i < 100; ++i) ASSERT_LT(random.below(bound), bound);
  std::vector<int> counts(10);
  for (int i = 0; i < 100'000; ++i) ++counts[random.below(10)];
  double chi_square = 0;
  for (const int count : counts) chi_square += (count - 1e4) * (count - 1e4) / 1e4;
  EXPECT_LT(chi_square, 33.7) << "9 degrees of freedom, p = 1e-4";
}

TEST(Shuffle, EveryOrderIsAsLikely) {
  RandomStream random(test::test_seed(7));
  std::map<std::vector<int>, int> counts;
  for (int i = 0; i < 24'000; ++i) {
    std::vector<int> items = {1, 2, 3, 4};
    shuffle(items, random);
    ++counts[items];
  }
  ASSERT_EQ(counts.size(), 24U);
  double chi_square = 0;
  for (const auto& [order, count] : counts) chi_square += (count - 1e3) * (count - 1e3) / 1e3;
  EXPECT_LT(chi_square, 58.6) << "23 degrees of freedom, p = 6e-5";
}

TEST(Shuffle, KeepsTheItemsAndRepeats) {
  std::vector<int> items(1000), none, one = {1};
  std::iota(items.begin(), items.end(), 0);
  const std::vector<int> sorted = items;
  std::vector<int> again = items;
  RandomStream first(8), second(8);
  shuffle(items, first);
  shuffle(again, second);
  EXPECT_EQ(items, again);
  EXPECT_NE(items, sorted);
  std::sort(items.begin(), items.end());
  EXPECT_EQ(items, sorted);
  shuffle(none, first);
  shuffle(one, first);
  EXPECT_EQ(one, std::vector<int>{1});
}

}  // namespace
}  // namespace prenorm
