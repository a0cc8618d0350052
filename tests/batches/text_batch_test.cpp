#include "prenorm/batches/text_batch.h"

#include <gtest/gtest.h>

#include "prenorm/base/random.h"

namespace prenorm::batches {
namespace {

// `some_predicted`: a few rows of some sequences, else every row.
batches::TextBatch random_batch(RandomStream& random, bool some_predicted) {
  batches::TextBatch batch;
  if (some_predicted) batch.predicted.emplace();
  const auto sequences = random.below(12);
  for (std::uint64_t s = 0; s < sequences; ++s) {
    const auto length = 1 + random.below(9);
    for (std::uint64_t i = 0; i < length; ++i) {
      const std::int64_t row = batch.tokens.tokens();
      batch.tokens.ids.push_back(static_cast<std::int64_t>(random.below(1000)));
      batch.segments.push_back(static_cast<std::int64_t>(random.below(2)));
      if (some_predicted && random.below(4) > 0) continue;
      if (some_predicted) batch.predicted->push_back(row);
      batch.targets.push_back(static_cast<std::int64_t>(random.below(1000)));
    }
    batch.tokens.end_sequence();
    batch.labels.push_back(static_cast<std::int64_t>(s));
    batch.values.push_back(random.uniform());
  }
  return batch;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

TEST(TextShareOut, SharesLaidEndToEndAreTheBatch) {
  RandomStream random(5);
  for (int round = 0; round < 200; ++round) {
    const batches::TextBatch batch = random_batch(random, round % 2 == 0);
    const std::int64_t shares = 1 + static_cast<std::int64_t>(random.below(6));
    const std::vector<batches::TextBatch> parts = share_out(batch, shares);
    EXPECT_EQ(std::ssize(parts), std::min(shares, batch.sequences()));
    batches::TextBatch joined;
    if (batch.predicted) joined.predicted.emplace();
    for (const batches::TextBatch& part : parts) {
      const std::int64_t begin = joined.tokens.tokens();
      EXPECT_GT(part.sequences(), 0);
      EXPECT_EQ(part.tokens.first_token, begin);
      EXPECT_EQ(std::ssize(part.targets), part.predicted ? std::ssize(*part.predicted) : part.tokens.tokens());
      for (std::int64_t s = 0; s < part.sequences(); ++s) {
        append(joined.tokens.ids, part.tokens.part(s, s + 1).ids);
        joined.tokens.end_sequence();
      }
      ASSERT_EQ(part.predicted.has_value(), batch.predicted.has_value());
      if (part.predicted)
        for (const std::int64_t row : *part.predicted) joined.predicted->push_back(begin + row);
      append(joined.segments, part.segments);
      append(joined.targets, part.targets);
      append(joined.labels, part.labels);
      append(joined.values, part.values);
    }
    EXPECT_EQ(joined.tokens.ids, batch.tokens.ids);
    EXPECT_EQ(joined.tokens.offsets, batch.tokens.offsets);
    EXPECT_EQ(joined.tokens.max_length, batch.tokens.max_length);
    EXPECT_EQ(joined.predicted, batch.predicted);
    EXPECT_EQ(joined.segments, batch.segments);
    EXPECT_EQ(joined.targets, batch.targets);
    EXPECT_EQ(joined.labels, batch.labels);
    EXPECT_EQ(joined.values, batch.values);
  }
}

TEST(TextShareOut, AShareOfAShareKnowsItsPlaceInTheBatch) {
  batches::TextBatch batch;
  for (std::int64_t s = 0; s < 8; ++s) {
    batch.tokens.ids.insert(batch.tokens.ids.end(), 4, s);
    batch.tokens.end_sequence();
  }
  const batches::TextBatch second = share_out(batch, 2).at(1);
  EXPECT_EQ(second.tokens.first_token, 16);
  EXPECT_EQ(share_out(second, 4).at(3).tokens.first_token, 28);
  EXPECT_TRUE(second.segments.empty() && second.targets.empty() && second.labels.empty() && second.values.empty());
}

}  // namespace
}  // namespace prenorm::batches
