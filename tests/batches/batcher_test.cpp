#include "prenorm/batches/batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "data/sample_corpus.h"
#include "prenorm/base/error.h"
#include "test_seed.h"

namespace prenorm::batches {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Indices = std::vector<std::int64_t>;

const std::uint64_t kSeed = test::test_seed(9);

BatchConfig config_of(std::int64_t max_tokens, std::int64_t pool_batches = 20, std::int64_t max_sentences = 0) {
  BatchConfig config;
  config.max_tokens = max_tokens;
  config.pool_batches = pool_batches;
  config.max_sentences = max_sentences;
  return config;
}

class BatcherTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    test::write_random_corpus(folder_->path(), 5000, 60, 1);
    corpus_ = new data::PreparedCorpus(folder_->path());
  }
  static void TearDownTestSuite() {
    delete corpus_;
    delete folder_;
  }

  static std::vector<Indices> epoch(batches::Batcher& batcher, std::int64_t number) {
    std::vector<Indices> batches;
    for (std::int64_t i = 0; i < batcher.batches_in_epoch(number); ++i)
      batches.push_back(batcher.pair_indices(number, i));
    return batches;
  }
  static std::int64_t target_tokens(const Indices& batch) {
    std::int64_t tokens = 0;
    for (const std::int64_t pair : batch) tokens += corpus_->target_length(pair) + 1;
    return tokens;
  }
  static void expect_every_pair_once(const std::vector<Indices>& batches) {
    Indices all;
    for (const Indices& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
    std::sort(all.begin(), all.end());
    Indices expected(static_cast<std::size_t>(corpus_->size()));
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(all, expected);
  }

  static inline test::TemporaryFolder* folder_ = nullptr;
  static inline data::PreparedCorpus* corpus_ = nullptr;
};

TEST_F(BatcherTest, EveryPairOnceAndBudgetsHold) {
  for (const BatchConfig& config : {config_of(61), config_of(300), config_of(300, 1), config_of(300, 7, 5),
                                    config_of(1'000'000), config_of(500, 1'000'000), config_of(300, 3, 1)}) {
    batches::Batcher batcher(*corpus_, config, kSeed);
    const auto batches = epoch(batcher, 0);
    expect_every_pair_once(batches);
    for (const Indices& batch : batches) {
      EXPECT_LE(target_tokens(batch), config.max_tokens);
      EXPECT_TRUE(config.max_sentences == 0 || std::ssize(batch) <= config.max_sentences);
      EXPECT_FALSE(batch.empty());
    }
  }
}

TEST_F(BatcherTest, BatchesAreNearlyFullAndNoneIsAStraggler) {
  batches::Batcher batcher(*corpus_, config_of(400), kSeed);
  const auto batches = epoch(batcher, 3);
  const auto& manifest = corpus_->manifest();
  const double tokens = static_cast<double>(manifest.target_tokens + manifest.pairs);
  EXPECT_GT(tokens / (400.0 * static_cast<double>(batches.size())), 0.93);
  for (const Indices& batch : batches) EXPECT_GT(target_tokens(batch), 400 * 3 / 4);
}

TEST_F(BatcherTest, PaddingWouldBeSmall) {
  batches::Batcher batcher(*corpus_, config_of(400, 50), kSeed);
  std::int64_t tokens = 0, padded = 0;
  for (const Indices& batch : epoch(batcher, 0)) {
    std::int64_t longest = 0;
    for (const std::int64_t pair : batch) longest = std::max(longest, corpus_->target_length(pair) + 1);
    tokens += target_tokens(batch);
    padded += longest * std::ssize(batch);
  }
  EXPECT_LT(static_cast<double>(padded - tokens) / static_cast<double>(tokens), 0.06);
}

TEST_F(BatcherTest, AFunctionOfSeedAndEpoch) {
  batches::Batcher a(*corpus_, config_of(300), kSeed), b(*corpus_, config_of(300), kSeed),
      other(*corpus_, config_of(300), kSeed + 1);
  EXPECT_EQ(epoch(a, 0), epoch(b, 0));
  EXPECT_EQ(epoch(a, 5), epoch(b, 5));
  EXPECT_NE(epoch(a, 0), epoch(a, 1));
  EXPECT_NE(epoch(a, 0), epoch(other, 0));
  // Not the same batches in another order either.
  const auto first = epoch(a, 0), second = epoch(a, 1);
  std::set<std::set<std::int64_t>> sets;
  for (const Indices& batch : first) sets.emplace(batch.begin(), batch.end());
  std::size_t same = 0;
  for (const Indices& batch : second) same += sets.contains({batch.begin(), batch.end()});
  EXPECT_LT(same, first.size() / 10);
}

TEST_F(BatcherTest, RandomAccessIsSequentialAccess) {
  batches::Batcher sequential(*corpus_, config_of(300), kSeed), random_access(*corpus_, config_of(300), kSeed);
  const std::vector<Indices> epochs[] = {epoch(sequential, 0), epoch(sequential, 1)};
  RandomStream random(1);
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t number = random.below(2);
    const std::size_t index = random.below(epochs[number].size());
    EXPECT_EQ(random_access.pair_indices(static_cast<std::int64_t>(number), static_cast<std::int64_t>(index)),
              epochs[number][index]);
  }
}

TEST_F(BatcherTest, BatchIsThatOfItsIndices) {
  batches::Batcher batcher(*corpus_, config_of(300), kSeed);
  const batches::Batch batch = batcher.batch(2, 17);
  EXPECT_EQ(batch.pair_indices, batcher.pair_indices(2, 17));
  EXPECT_EQ(batch.target_output, make_batch(*corpus_, batch.pair_indices).target_output);
  EXPECT_EQ(batch.target_tokens(), target_tokens(batch.pair_indices));
}

TEST_F(BatcherTest, BatchesOfAnEpochAreNotInOrderOfLength) {
  batches::Batcher batcher(*corpus_, config_of(300, 1'000'000), kSeed);
  const auto batches = epoch(batcher, 0);
  std::size_t rises = 0;
  for (std::size_t b = 1; b < batches.size(); ++b)
    rises += corpus_->target_length(batches[b][0]) > corpus_->target_length(batches[b - 1][0]);
  EXPECT_NEAR(static_cast<double>(rises) / static_cast<double>(batches.size()), 0.5, 0.15);
}

TEST_F(BatcherTest, ATooSmallBudgetNamesKeyAndSentence) {
  const data::Manifest& manifest = corpus_->manifest();
  const std::int64_t needed = manifest.longest_target + 1;
  EXPECT_NO_THROW(batches::Batcher(*corpus_, config_of(needed), 1));
  EXPECT_THAT([&] { batches::Batcher(*corpus_, config_of(needed - 1), 1); },
              ThrowsMessage<UsageError>(
                  AllOf(HasSubstr(fmt::format("batch.max_tokens = {}", needed - 1)),
                        HasSubstr(fmt::format("train.en:{} has {} tokens", manifest.longest_target_line, needed)))));
}

TEST_F(BatcherTest, AnIndexOutsideTheEpochIsRefused) {
  batches::Batcher batcher(*corpus_, config_of(300), 1);
  EXPECT_THROW(batcher.batch(0, -1), UsageError);
  EXPECT_THROW(batcher.batch(0, batcher.batches_in_epoch(0)), UsageError);
}

TEST_F(BatcherTest, ValidationHasEveryPairOnceInOrderOfLength) {
  const auto batches = plan_validation_batches(*corpus_, config_of(300));
  expect_every_pair_once(batches);
  std::int64_t last = 0;
  for (const Indices& batch : batches) {
    EXPECT_LE(target_tokens(batch), 300);
    for (const std::int64_t pair : batch) {
      EXPECT_GE(corpus_->target_length(pair), last);
      last = corpus_->target_length(pair);
    }
  }
  expect_every_pair_once(plan_validation_batches(*corpus_, config_of(3)));
}

TEST(Batcher, OnePair) {
  const test::TemporaryFolder folder;
  test::write_random_corpus(folder.path(), 1, 5, 1);
  const data::PreparedCorpus corpus(folder.path());
  batches::Batcher batcher(corpus, config_of(100, 1), 1);
  EXPECT_EQ(batcher.batches_in_epoch(0), 1);
  EXPECT_EQ(batcher.pair_indices(7, 0), Indices{0});
}

// As many pairs as WMT 2014 English-German has. The law of the small test, and the memory of a plan.
TEST(SlowBatcher, MillionsOfPairs) {
  const test::TemporaryFolder folder;
  constexpr std::int64_t kPairs = 4'500'000;
  test::write_random_corpus(folder.path(), kPairs, 100, 1, 32000);
  const data::PreparedCorpus corpus(folder.path());
  batches::Batcher batcher(corpus, config_of(4096, 100), 1);
  std::vector<bool> seen(kPairs);
  std::int64_t pairs = 0;
  for (std::int64_t b = 0, batches = batcher.batches_in_epoch(0); b < batches; ++b) {
    std::int64_t tokens = 0;
    for (const std::int64_t pair : batcher.pair_indices(0, b)) {
      ASSERT_FALSE(seen[static_cast<std::size_t>(pair)]);
      seen[static_cast<std::size_t>(pair)] = true;
      tokens += corpus.target_length(pair) + 1;
      ++pairs;
    }
    ASSERT_LE(tokens, 4096);
    ASSERT_GT(tokens, 4096 * 3 / 4);
  }
  EXPECT_EQ(pairs, kPairs);
}

}  // namespace
}  // namespace prenorm::batches
