#include "prenorm/batches/masked_sequences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "data/sample_prepared_text.h"
#include "prenorm/base/error.h"
#include "test_seed.h"

namespace prenorm::batches {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Ids = std::vector<std::int64_t>;

class MaskedSequences : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    prose_ = new test::SampleProse(test::random_documents(120, 12, 1));
    text_ = new data::PreparedText(prepare_text(prose_->recipe()));
  }
  static void TearDownTestSuite() {
    delete text_;
    delete prose_;
  }
  static batches::MaskedRecipe recipe(std::int64_t max_tokens = 256) {
    batches::MaskedRecipe recipe;
    recipe.sequence_length = 32;
    recipe.batch.max_tokens = max_tokens;
    recipe.ids = special_ids(test::text_tokenizer(), true);
    recipe.seed = test::test_seed(7);
    return recipe;
  }
  static batches::MaskedRecipe pairs() {
    batches::MaskedRecipe pairs = recipe();
    pairs.masking.next_sentence = true;
    return pairs;
  }

  // The sequences of an epoch with what was hidden put back, in the order of batches.
  struct Epoch {
    std::vector<Ids> sequences;
    std::vector<Ids> masked;
    Ids labels;
  };
  static void append(Epoch& epoch, const batches::TextBatch& batch) {
    for (std::int64_t s = 0; s < batch.sequences(); ++s) epoch.masked.push_back(batch.tokens.part(s, s + 1).ids);
    batches::TextBatch restored = batch;
    for (std::size_t i = 0; i < batch.predicted->size(); ++i)
      restored.tokens.ids[(*batch.predicted)[i]] = batch.targets[i];
    for (std::int64_t s = 0; s < batch.sequences(); ++s) epoch.sequences.push_back(restored.tokens.part(s, s + 1).ids);
    epoch.labels.insert(epoch.labels.end(), batch.labels.begin(), batch.labels.end());
  }
  static Epoch epoch(batches::MaskedBatcher& batcher, std::int64_t number) {
    Epoch all;
    for (std::int64_t i = 0; i < batcher.batches_in_epoch(); ++i) append(all, batcher.batch(number, i));
    return all;
  }
  // How often each token of the vocabulary stands in the text.
  static std::map<std::int64_t, std::int64_t> counts_of_text() {
    Ids all;
    text_->append_tokens(0, text_->tokens(), all);
    std::map<std::int64_t, std::int64_t> counts;
    for (const std::int64_t id : all) ++counts[id];
    return counts;
  }

  static inline test::SampleProse* prose_ = nullptr;
  static inline data::PreparedText* text_ = nullptr;
};

TEST_F(MaskedSequences, AnEpochHasEveryTokenOnceButForARest) {
  batches::MaskedBatcher batcher(*text_, recipe());
  for (const std::int64_t number : {0, 1, 9}) {
    auto left = counts_of_text();
    for (const Ids& sequence : epoch(batcher, number).sequences) {
      ASSERT_EQ(sequence.size(), 32U);
      EXPECT_EQ(sequence.front(), recipe().ids.cls);
      EXPECT_EQ(sequence.back(), recipe().ids.sep);
      for (std::size_t i = 1; i < 31; ++i) --left[sequence[i]];
    }
    std::int64_t unused = 0;
    for (const auto& [id, count] : left) {
      EXPECT_GE(count, 0) << id;
      unused += count;
    }
    EXPECT_EQ(unused, text_->tokens() % 30);
  }
}

TEST_F(MaskedSequences, BatchesKeepToTheirLimits) {
  for (const std::int64_t max_tokens : {1, 32, 64, 255, 256, 100'000}) {
    batches::MaskedRecipe limited = recipe(max_tokens);
    for (const std::int64_t max_sentences : {0, 3}) {
      limited.batch.max_sentences = max_sentences;
      batches::MaskedBatcher batcher(*text_, limited);
      std::int64_t fewest = 1 << 30, most = 0;
      for (std::int64_t i = 0; i < batcher.batches_in_epoch(); ++i) {
        const std::int64_t sequences = batcher.batch(0, i).sequences();
        fewest = std::min(fewest, sequences);
        most = std::max(most, sequences);
      }
      EXPECT_LE(most, std::max<std::int64_t>(1, max_tokens / 32));
      EXPECT_TRUE(max_sentences == 0 || most <= max_sentences);
      EXPECT_LE(most - fewest, 1);
    }
  }
}

TEST_F(MaskedSequences, MasksDoNotDependOnTheSizeOfBatches) {
  batches::MaskedBatcher small(*text_, recipe(1)), large(*text_, recipe(1000));
  EXPECT_EQ(epoch(small, 3).masked, epoch(large, 3).masked);
  batches::MaskedRecipe pair_small = pairs(), pair_large = pairs();
  pair_small.batch.max_tokens = 1;
  batches::MaskedBatcher a(*text_, pair_small), b(*text_, pair_large);
  EXPECT_EQ(epoch(a, 3).masked, epoch(b, 3).masked);
}

TEST_F(MaskedSequences, AFunctionOfSeedEpochAndIndex) {
  batches::MaskedRecipe other_seed = recipe();
  other_seed.seed = 8;
  batches::MaskedBatcher in_order(*text_, recipe()), any(*text_, recipe()), other(*text_, other_seed);
  const batches::TextBatch first = in_order.batch(0, 0);
  EXPECT_NE(first.tokens.ids, in_order.batch(1, 0).tokens.ids);
  EXPECT_NE(first.tokens.ids, other.batch(0, 0).tokens.ids);
  for (const std::int64_t number : {1, 0})
    for (std::int64_t i = in_order.batches_in_epoch() - 1; i >= 0; --i) {
      const batches::TextBatch a = any.batch(number, i), b = in_order.batch(number, i);
      EXPECT_EQ(a.tokens.ids, b.tokens.ids);
      EXPECT_EQ(a.predicted, b.predicted);
      EXPECT_EQ(a.targets, b.targets);
    }
  EXPECT_THROW(any.batch(0, any.batches_in_epoch()), UsageError);
  EXPECT_THROW(any.batch(0, -1), UsageError);
}

TEST_F(MaskedSequences, TheTextIsCutElsewhereAndMaskedElsewhereInEachEpoch) {
  batches::MaskedBatcher batcher(*text_, recipe());
  Epoch a = epoch(batcher, 0), b = epoch(batcher, 1);
  std::sort(a.sequences.begin(), a.sequences.end());
  std::sort(b.sequences.begin(), b.sequences.end());
  std::vector<Ids> both;
  std::set_intersection(a.sequences.begin(), a.sequences.end(), b.sequences.begin(), b.sequences.end(),
                        std::back_inserter(both));
  EXPECT_LT(both.size(), a.sequences.size() / 10);
}

TEST_F(MaskedSequences, ValidationNeverChanges) {
  batches::MaskedRecipe other_seed = recipe(32);
  other_seed.seed = 99;
  Epoch a, b;
  for (const batches::TextBatch& batch : batches::MaskedBatcher(*text_, recipe()).validation_batches())
    append(a, batch);
  for (const batches::TextBatch& batch : batches::MaskedBatcher(*text_, other_seed).validation_batches())
    append(b, batch);
  EXPECT_EQ(a.masked, b.masked);
  Ids joined, stream;
  for (const Ids& sequence : a.sequences) joined.insert(joined.end(), sequence.begin() + 1, sequence.end() - 1);
  text_->append_tokens(0, text_->tokens() / 30 * 30, stream);
  EXPECT_EQ(joined, stream);
}

// Place in the stream's ring where `part` stands, or -1.
std::vector<std::int64_t> places_of(const Ids& ring, const Ids& part) {
  std::vector<std::int64_t> places;
  Ids twice = ring;
  twice.insert(twice.end(), ring.begin(), ring.end());
  for (std::size_t i = 0; i < ring.size(); ++i)
    if (std::equal(part.begin(), part.end(), twice.begin() + i)) places.push_back(i);
  return places;
}

TEST_F(MaskedSequences, PairsFollowOnEachOtherOrAreOfOtherDocuments) {
  batches::MaskedRecipe long_pairs = pairs();
  long_pairs.sequence_length = 64;
  batches::MaskedBatcher batcher(*text_, long_pairs);
  Ids ring;
  text_->append_tokens(0, text_->tokens(), ring);
  std::int64_t label_sum = 0, count = 0;
  for (std::int64_t i = 0; i < batcher.batches_in_epoch(); ++i) {
    const batches::TextBatch batch = batcher.batch(0, i);
    ASSERT_EQ(std::ssize(batch.segments), batch.tokens.tokens());
    ASSERT_EQ(std::ssize(batch.labels), batch.sequences());
    Epoch restored;
    append(restored, batch);
    for (std::int64_t s = 0; s < batch.sequences(); ++s, ++count) {
      const Ids& sequence = restored.sequences[s];
      ASSERT_EQ(sequence.size(), 64U);
      const auto segments = std::span(batch.segments).subspan(s * 64, 64);
      const auto second = std::find(segments.begin(), segments.end(), 1) - segments.begin();
      EXPECT_TRUE(std::all_of(segments.begin() + second, segments.end(), [](std::int64_t n) { return n == 1; }));
      EXPECT_GE(second, 3);
      EXPECT_LE(second, 62);
      EXPECT_EQ(sequence.front(), long_pairs.ids.cls);
      EXPECT_EQ(sequence[second - 1], long_pairs.ids.sep);
      EXPECT_EQ(sequence.back(), long_pairs.ids.sep);
      Ids joined(sequence.begin() + 1, sequence.begin() + second - 1);
      joined.insert(joined.end(), sequence.begin() + second, sequence.end() - 1);
      const bool follows = !places_of(ring, joined).empty();
      // Halves of a few tokens may follow on each other by chance: no conclusion from those.
      if (second > 16 && second < 48) {
        EXPECT_EQ(batch.labels[s], follows ? 0 : 1) << i << " " << s;
      }
      label_sum += batch.labels[s];
    }
  }
  EXPECT_GT(count, 100);
  EXPECT_NEAR(static_cast<double>(label_sum), 0.5 * static_cast<double>(count), 2.25 * std::sqrt(count));
}

TEST_F(MaskedSequences, SecondHalvesComeFromDocumentsThatTheFirstDoesNotTouch) {
  // Documents of one letter each that no other has: what a half is of can be seen.
  const auto& tokenizer = test::text_tokenizer();
  const char* const words[] = {"t", "d", "i", "n"};
  std::string content;
  for (const char* word : words) {
    for (int i = 0; i < 40; ++i) content += std::string(word) + "\n";
    content += "\n";
  }
  const test::SampleProse prose(content);
  const data::PreparedText text = prepare_text(prose.recipe());
  std::map<std::int64_t, int> document_of;
  for (int d = 0; d < 4; ++d) document_of[tokenizer.encode(words[d]).back()] = d;
  ASSERT_EQ(document_of.size(), 4U);
  batches::MaskedRecipe recipe = pairs();
  recipe.sequence_length = 15;
  batches::MaskedBatcher batcher(text, recipe);
  int replaced = 0;
  for (std::int64_t number = 0; number < 20; ++number) {
    for (std::int64_t i = 0; i < batcher.batches_in_epoch(); ++i) {
      const batches::TextBatch batch = batcher.batch(number, i);
      Epoch restored;
      append(restored, batch);
      for (std::int64_t s = 0; s < batch.sequences(); ++s) {
        if (batch.labels[s] == 0) continue;
        ++replaced;
        bool first[4] = {}, second[4] = {};
        for (std::int64_t t = 0; t < 15; ++t)
          if (const auto found = document_of.find(restored.sequences[s][t]); found != document_of.end())
            (batch.segments[s * 15 + t] == 0 ? first : second)[found->second] = true;
        for (int d = 0; d < 4; ++d) EXPECT_FALSE(first[d] && second[d]) << d;
      }
    }
  }
  EXPECT_GT(replaced, 50);
}

TEST_F(MaskedSequences, OriginNamesLines) {
  batches::MaskedBatcher batcher(*text_, recipe(1));
  const std::string origin = batcher.origin(0, 0);
  EXPECT_THAT(origin, HasSubstr(prose_->path().string() + ":"));
}

TEST_F(MaskedSequences, TooShortATextIsRefused) {
  batches::MaskedRecipe longer = recipe();
  longer.sequence_length = text_->tokens() + 3;
  EXPECT_THAT([&] { batches::MaskedBatcher(*text_, longer); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("prose.txt: "), HasSubstr("data.sequence_length"))));
  longer.sequence_length = text_->tokens() + 2;
  EXPECT_EQ(batches::MaskedBatcher(*text_, longer).batch(0, 0).tokens.tokens(), text_->tokens() + 2);
  batches::MaskedRecipe tiny = recipe();
  tiny.sequence_length = 2;
  EXPECT_THAT([&] { batches::MaskedBatcher(*text_, tiny); },
              ThrowsMessage<UsageError>(HasSubstr("data.sequence_length = 2")));
  test::SampleProse prose("the cat sat on the mat\n");
  prose.rules.documents = Documents::kOne;
  const data::PreparedText one = prepare_text(prose.recipe());
  batches::MaskedRecipe pair = pairs();
  pair.sequence_length = 5;
  EXPECT_THAT([&] { batches::MaskedBatcher(one, pair); },
              ThrowsMessage<DataError>(HasSubstr("masked_lm.next_sentence")));
}

}  // namespace
}  // namespace prenorm::batches
