#include "prenorm/batches/masking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/error.h"
#include "test_seed.h"
#include "text/sample_text.h"

namespace prenorm::batches {
namespace {

using Ids = std::vector<std::int64_t>;

const batches::SpecialIds kIds{1, 2, 3, 0, 4, 20};

Ids random_sequence(RandomStream& random, std::size_t length) {
  Ids ids{kIds.cls};
  while (ids.size() + 1 < length)
    ids.push_back(random.below(12) == 0 ? kIds.sep : 5 + static_cast<int>(random.below(15)));
  ids.push_back(kIds.sep);
  return ids;
}

TEST(Masking, HidesTheShareOfTokensExactlyAndNeverSpecialOnes) {
  RandomStream random(test::test_seed(1));
  for (const double share : {0.001, 0.15, 0.4, 1.0}) {
    MaskedLmConfig config;
    config.mask_share = share;
    const batches::Masking masking(config, kIds);
    for (const std::size_t length : {3U, 8U, 64U, 500U}) {
      Ids before = random_sequence(random, length);
      before[1] = 7;  // something to hide at all events
      Ids after = before;
      const Ids places = masking.apply(after, random);
      const auto text = length - std::count(before.begin(), before.end(), kIds.sep) - 1;
      EXPECT_EQ(std::ssize(places), std::max<std::int64_t>(1, std::llround(share * static_cast<double>(text))));
      EXPECT_TRUE(std::is_sorted(places.begin(), places.end()));
      EXPECT_EQ(std::adjacent_find(places.begin(), places.end()), places.end());
      for (std::int64_t i = 0; i < std::ssize(before); ++i) {
        if (std::binary_search(places.begin(), places.end(), i)) {
          EXPECT_GE(before[i], 5);
        } else {
          EXPECT_EQ(after[i], before[i]);
        }
      }
    }
  }
}

// 200,000 hidden tokens: shares within 4.5 standard deviations of 80 / 10 / 10 percent, random ones uniform.
TEST(Masking, MostBecomeTheMaskSomeAnythingSomeStay) {
  MaskedLmConfig config;
  config.mask_share = 1;
  const batches::Masking masking(config, kIds);
  RandomStream random(test::test_seed(2));
  Ids sequence(200'000, 4);  // padding is no random token, so that every change shows
  const std::size_t n = masking.apply(sequence, random).size();
  ASSERT_EQ(n, 200'000U);
  std::vector<double> counts(20);
  for (const std::int64_t id : sequence) ++counts[id];
  const auto expect_share = [n](double count, double share) {
    const auto total = static_cast<double>(n);
    EXPECT_NEAR(count, share * total, 4.5 * std::sqrt(total * share * (1 - share)));
  };
  expect_share(counts[3], 0.8);
  expect_share(counts[4], 0.1);
  for (int special = 0; special < 3; ++special) EXPECT_EQ(counts[special], 0);
  for (int id = 5; id < 20; ++id) expect_share(counts[id], 0.1 / 15);
}

TEST(Masking, EachPlaceIsAsLikelyAsEachOther) {
  const batches::Masking masking({}, kIds);
  std::vector<int> hidden(22);
  RandomStream random(test::test_seed(3));
  for (int round = 0; round < 20'000; ++round) {
    Ids sequence(22, 9);
    sequence.front() = kIds.cls;
    sequence.back() = kIds.sep;
    for (const std::int64_t place : masking.apply(sequence, random)) ++hidden[place];
  }
  EXPECT_EQ(hidden.front() + hidden.back(), 0);
  for (int i = 1; i < 21; ++i) EXPECT_NEAR(hidden[i], 3000, 4.5 * std::sqrt(20'000 * 0.15 * 0.85)) << i;
}

TEST(Masking, NothingToHide) {
  const batches::Masking masking({}, kIds);
  RandomStream random(test::test_seed(4));
  Ids sequence{kIds.cls, kIds.mask, kIds.sep};
  EXPECT_TRUE(masking.apply(sequence, random).empty());
  EXPECT_EQ(sequence, (Ids{kIds.cls, kIds.mask, kIds.sep}));
}

// Ids from 10 on begin words.
TEST(Masking, WholeWordsAreHiddenOrNone) {
  MaskedLmConfig config;
  config.whole_word = true;
  config.mask_token_share = 1;
  std::vector<bool> starts(20);
  std::fill(starts.begin() + 10, starts.end(), true);
  const batches::Masking masking(config, kIds, starts);
  RandomStream random(test::test_seed(5));
  std::int64_t hidden = 0, wanted = 0;
  for (int round = 0; round < 300; ++round) {
    const Ids before = random_sequence(random, 100);
    Ids after = before;
    const Ids places = masking.apply(after, random);
    const auto text = std::count_if(before.begin(), before.end(), [](std::int64_t id) { return id >= 5; });
    const std::int64_t most = std::llround(0.15 * static_cast<double>(text));
    EXPECT_LE(std::ssize(places), most);
    hidden += std::ssize(places);
    wanted += most;
    for (std::size_t i = 1; i < before.size(); ++i)
      if (before[i] >= 5 && before[i] < 10 && before[i - 1] >= 5) {
        EXPECT_EQ(after[i] == kIds.mask, after[i - 1] == kIds.mask);
      }
  }
  EXPECT_GT(static_cast<double>(hidden), 0.99 * static_cast<double>(wanted));
  Ids one_word{kIds.cls, 12, 5, 6, 7, 8, kIds.sep};  // longer than the share, hidden all the same
  EXPECT_EQ(masking.apply(one_word, random), (Ids{1, 2, 3, 4, 5}));
}

TEST(Masking, NeedsAMaskPieceAndTakesItFromTheTokenizer) {
  const text::Tokenizer plain = test::sample_tokenizer();
  EXPECT_THROW(special_ids(plain, true), UsageError);
  EXPECT_EQ(special_ids(plain, false).mask, -1);
  EXPECT_EQ(special_ids(plain, false).cls, plain.bos_id());
  const std::vector<bool> starts = word_starts(plain);
  const auto ids = plain.encode("the cat");
  EXPECT_TRUE(starts[ids.front()]);
  EXPECT_EQ(std::ssize(starts), plain.size());
}

}  // namespace
}  // namespace prenorm::batches
