#include "prenorm/batches/causal_sequences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "data/sample_prepared_text.h"
#include "prenorm/base/error.h"

namespace prenorm::batches {
namespace {

using Ids = std::vector<std::int64_t>;

class CausalSequences : public testing::Test {
 protected:
  CausalSequences()
      : prose_(test::random_documents(40, 6, 2), data::TextShape::kStream), text_(prepare_text(prose_.recipe())) {
    text_.append_tokens(0, text_.tokens(), stream_);
  }
  static BatchConfig config(std::int64_t max_tokens) {
    BatchConfig config;
    config.max_tokens = max_tokens;
    return config;
  }

  test::SampleProse prose_;
  data::PreparedText text_;
  Ids stream_;
};

TEST_F(CausalSequences, AnEpochHasEveryTokenOnceButForARestAndItsTargetIsTheNext) {
  batches::CausalBatcher batcher(text_, 24, config(100), 5);
  for (const std::int64_t epoch : {0, 1}) {
    Ids inputs, targets;
    for (std::int64_t i = 0; i < batcher.batches_in_epoch(); ++i) {
      const batches::TextBatch batch = batcher.batch(epoch, i);
      EXPECT_LE(batch.tokens.tokens(), 100);
      EXPECT_EQ(batch.tokens.max_length, 24);
      ASSERT_EQ(batch.targets.size(), batch.tokens.ids.size());
      EXPECT_TRUE(!batch.predicted && batch.segments.empty());
      for (std::int64_t s = 0; s < batch.sequences(); ++s)
        for (std::int64_t t = 1; t < 24; ++t) EXPECT_EQ(batch.targets[s * 24 + t - 1], batch.tokens.ids[s * 24 + t]);
      inputs.insert(inputs.end(), batch.tokens.ids.begin(), batch.tokens.ids.end());
      targets.insert(targets.end(), batch.targets.begin(), batch.targets.end());
    }
    EXPECT_EQ(std::ssize(inputs), text_.tokens() / 24 * 24);
    Ids all = stream_;
    std::sort(all.begin(), all.end());
    for (Ids* part : {&inputs, &targets}) {
      std::sort(part->begin(), part->end());
      EXPECT_TRUE(std::includes(all.begin(), all.end(), part->begin(), part->end()));
    }
  }
}

TEST_F(CausalSequences, AnyBatchCanBeAskedFor) {
  batches::CausalBatcher in_order(text_, 24, config(100), 5), any(text_, 24, config(100), 5),
      other(text_, 24, config(100), 6);
  EXPECT_NE(in_order.batch(0, 0).tokens.ids, in_order.batch(1, 0).tokens.ids);
  EXPECT_NE(in_order.batch(0, 0).tokens.ids, other.batch(0, 0).tokens.ids);
  for (std::int64_t i = any.batches_in_epoch() - 1; i >= 0; --i)
    EXPECT_EQ(any.batch(1, i).tokens.ids, in_order.batch(1, i).tokens.ids);
  EXPECT_THROW(any.batch(0, any.batches_in_epoch()), UsageError);
  EXPECT_THAT(any.origin(0, 0), testing::HasSubstr("prose.txt:"));
}

TEST_F(CausalSequences, ValidationPredictsEveryTokenButTheFirstOnce) {
  for (const std::int64_t length : {std::int64_t{1}, std::int64_t{7}, std::int64_t{24}, text_.tokens() - 1}) {
    Ids inputs, targets;
    for (const batches::TextBatch& batch : batches::CausalBatcher(text_, length, config(100), 5).validation_batches()) {
      EXPECT_LE(batch.tokens.max_length, length);
      inputs.insert(inputs.end(), batch.tokens.ids.begin(), batch.tokens.ids.end());
      targets.insert(targets.end(), batch.targets.begin(), batch.targets.end());
    }
    EXPECT_EQ(inputs, Ids(stream_.begin(), stream_.end() - 1));
    EXPECT_EQ(targets, Ids(stream_.begin() + 1, stream_.end()));
  }
}

TEST_F(CausalSequences, TooShortATextIsRefused) {
  EXPECT_THAT([&] { batches::CausalBatcher(text_, text_.tokens(), config(100), 5); },
              testing::ThrowsMessage<DataError>(
                  testing::AllOf(testing::HasSubstr("prose.txt: "), testing::HasSubstr("data.sequence_length"))));
}

}  // namespace
}  // namespace prenorm::batches
