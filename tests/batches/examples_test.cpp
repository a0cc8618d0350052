#include "prenorm/batches/examples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "prenorm/base/error.h"
#include "prenorm/batches/example_batcher.h"
#include "text/sample_text.h"

namespace prenorm::batches {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Indices = std::vector<std::int64_t>;
using Lengths = std::pair<std::int64_t, std::int64_t>;

const text::Tokenizer& tokenizer() {
  static const text::Tokenizer characters = [] {
    TokenizerConfig config;
    config.kind = TokenizerKind::kCharacter;
    return text::train_tokenizer(test::line_source(test::sample_lines()), config);
  }();
  return characters;
}

data::ExampleFormat pairs() { return {"a", "b", "label", {"no", "yes"}, {metrics::Score::kAccuracy}}; }

data::Table pairs_table() {
  return {"t.tsv",
          {"a", "b", "label"},
          {{2, {"the cat", "a dog", "yes"}}, {3, {"sat", "", "no"}}, {4, {"the dog and the cat", "ran", "yes"}}}};
}

// Devlin et al. 2019, run_classifier.py, _truncate_seq_pair, as it stands there.
Lengths popped_one_by_one(std::int64_t a, std::int64_t b, std::int64_t room) {
  while (a + b > room) --(a > b ? a : b);
  return {a, b};
}

TEST(Truncation, LongestFirst) {
  EXPECT_EQ(truncated_lengths(10, 4, 10), Lengths(6, 4));
  EXPECT_EQ(truncated_lengths(4, 10, 10), Lengths(4, 6));
  EXPECT_EQ(truncated_lengths(10, 10, 5), Lengths(3, 2)) << "of equal ones the second is cut first";
  for (std::int64_t a = 0; a < 12; ++a)
    for (std::int64_t b = 0; b < 12; ++b)
      for (std::int64_t room = 0; room < 25; ++room)
        EXPECT_EQ(truncated_lengths(a, b, room), popped_one_by_one(a, b, room)) << a << ' ' << b << ' ' << room;
}

TEST(Examples, TextsStandBetweenTheirMarks) {
  const Examples examples = make_examples(pairs_table(), pairs(), tokenizer(), 64);
  ASSERT_EQ(examples.size(), 3);
  const Example& first = examples.list[0];
  std::vector<std::int32_t> expected{tokenizer().bos_id()};
  for (const char* text : {"the cat", "a dog"}) {
    const auto ids = tokenizer().encode(text);
    expected.insert(expected.end(), ids.begin(), ids.end());
    expected.push_back(tokenizer().eos_id());
  }
  EXPECT_EQ(first.ids, expected);
  EXPECT_EQ(first.first_segment, 2 + std::ssize(tokenizer().encode("the cat")));
  EXPECT_EQ(first.label, 1);
  EXPECT_EQ(examples.list[1].label, 0);
  EXPECT_EQ(std::ssize(examples.list[1].ids), examples.list[1].first_segment + 1) << "an empty second text";
  EXPECT_EQ(examples.list[2].line, 4);
}

TEST(Examples, AreCutToTheLength) {
  const Examples cut = make_examples(pairs_table(), pairs(), tokenizer(), 12);
  const std::int64_t ran = std::ssize(tokenizer().encode("ran"));
  EXPECT_EQ(std::ssize(cut.list[2].ids), 12);
  EXPECT_EQ(cut.list[2].first_segment, 12 - ran - 1) << "the shorter text stays whole";
  data::ExampleFormat single = pairs();
  single.second_text = "";
  const Examples alone = make_examples(pairs_table(), single, tokenizer(), 8);
  EXPECT_EQ(std::ssize(alone.list[2].ids), 8);
  EXPECT_EQ(alone.list[2].first_segment, 8);
  EXPECT_EQ(alone.list[2].ids.back(), tokenizer().eos_id());
}

TEST(Examples, AsABatch) {
  const Examples examples = make_examples(pairs_table(), pairs(), tokenizer(), 64);
  const TextBatch batch = make_text_batch(examples, Indices{2, 0}, 2);
  const auto size = [&](std::int64_t i) { return std::ssize(examples.list[i].ids); };
  EXPECT_THAT(batch.tokens.offsets, ElementsAre(0, size(2), size(2) + size(0)));
  EXPECT_THAT(batch.labels, ElementsAre(1, 1));
  EXPECT_TRUE(batch.values.empty());
  ASSERT_EQ(std::ssize(batch.segments), batch.tokens.tokens());
  EXPECT_EQ(std::accumulate(batch.segments.begin(), batch.segments.end(), std::int64_t{0}),
            size(2) - examples.list[2].first_segment + size(0) - examples.list[0].first_segment);
  EXPECT_EQ(batch.segments[examples.list[2].first_segment - 1], 0) << "[SEP] belongs to the first text";
  EXPECT_EQ(batch.segments[examples.list[2].first_segment], 1);
  EXPECT_TRUE(make_text_batch(examples, Indices{0}, 0).segments.empty());
  const TextBatch one = make_text_batch(examples, Indices{0}, 1);
  EXPECT_THAT(one.segments, testing::Each(0)) << "all there is";
  EXPECT_EQ(std::ssize(one.segments), one.tokens.tokens());
}

TEST(Examples, OfNumbers) {
  data::ExampleFormat format{"a", "", "score", {}, {}};
  data::Table table{"t.tsv", {"a", "score"}, {{2, {"sat", "1"}}, {3, {"ran", "4"}}}};
  const Examples examples = make_examples(table, format, tokenizer(), 16);
  EXPECT_THAT(make_text_batch(examples, Indices{1, 0}, 0).values, ElementsAre(4, 1));
  EXPECT_DOUBLE_EQ(guessing_loss(examples, 1, 0.1), 2.25) << "the variance";
  table.rows[1].cells[1] = "four";
  EXPECT_THAT([&] { make_examples(table, format, tokenizer(), 16); },
              ThrowsMessage<DataError>("t.tsv:3: \"four\" in column score is not a number"));
  EXPECT_EQ(make_examples(table, format, tokenizer(), 16, TableLabels::kIgnored).size(), 2);
}

TEST(Examples, GuessingByTheFrequenciesOfClasses) {
  const Examples examples = make_examples(pairs_table(), pairs(), tokenizer(), 64);
  EXPECT_NEAR(guessing_loss(examples, 2, 0), std::log(3.0) - 2.0 / 3 * std::log(2.0), 1e-12);
  EXPECT_NEAR(guessing_loss(examples, 2, 1), std::log(2.0), 1e-12);
}

TEST(Examples, KeyTellsTextsAndLabelsApart) {
  const std::string key = content_key(make_examples(pairs_table(), pairs(), tokenizer(), 64));
  EXPECT_EQ(content_key(make_examples(pairs_table(), pairs(), tokenizer(), 64)), key);
  data::Table other = pairs_table();
  other.rows[0].cells[2] = "no";
  EXPECT_NE(content_key(make_examples(other, pairs(), tokenizer(), 64)), key);
  other = pairs_table();
  other.rows[0].cells[1] = "a log";
  EXPECT_NE(content_key(make_examples(other, pairs(), tokenizer(), 64)), key);
}

TEST(Examples, TextsForATokenizer) {
  const data::Table table = pairs_table();
  const auto all = [&](std::int64_t most) {
    const text::LineSource source = texts_of(table, pairs(), most);
    std::vector<std::string> texts;
    for (std::string text; source(text);) texts.push_back(text);
    return texts;
  };
  EXPECT_THAT(all(100), ElementsAre("the cat", "a dog", "sat", "", "the dog and the cat", "ran"));
  EXPECT_THAT(all(3), ElementsAre("the cat", "sat", "the dog and the cat"));
}

class BatcherOfExamples : public testing::Test {
 protected:
  BatcherOfExamples() {
    for (std::int64_t i = 0; i < 103; ++i) {
      Example example;
      example.ids.assign(static_cast<std::size_t>(3 + i * 7 % 20), 5);
      examples_.list.push_back(example);
    }
  }
  static BatchConfig limits(std::int64_t tokens, std::int64_t sentences) {
    BatchConfig config;
    config.max_tokens = tokens;
    config.max_sentences = sentences;
    return config;
  }
  std::int64_t tokens_of(const Indices& batch) const {
    std::int64_t tokens = 0;
    for (const std::int64_t i : batch) tokens += std::ssize(examples_.list[i].ids);
    return tokens;
  }
  static std::vector<Indices> epoch(batches::ExampleBatcher& batcher, std::int64_t number) {
    std::vector<Indices> batches;
    for (std::int64_t i = 0; i < batcher.batches_in_epoch(number); ++i) batches.push_back(batcher.indices(number, i));
    return batches;
  }
  static Indices joined(const std::vector<Indices>& batches) {
    Indices all;
    for (const Indices& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
    return all;
  }

  Examples examples_{"t.tsv", true, {}};
};

TEST_F(BatcherOfExamples, EveryExampleOnceAnEpochWithinTheLimits) {
  Indices every(static_cast<std::size_t>(examples_.size()));
  std::iota(every.begin(), every.end(), 0);
  for (const BatchConfig& config : {limits(64, 0), limits(1000, 8), limits(64, 4), limits(22, 0)}) {
    batches::ExampleBatcher batcher(examples_, config, 1);
    for (std::int64_t e = 0; e < 3; ++e) {
      const auto batches = epoch(batcher, e);
      for (const Indices& batch : batches) {
        EXPECT_FALSE(batch.empty());
        EXPECT_LE(tokens_of(batch), config.max_tokens);
        EXPECT_TRUE(config.max_sentences == 0 || std::ssize(batch) <= config.max_sentences);
      }
      Indices all = joined(batches);
      EXPECT_NE(all, every) << "in an order of its own";
      std::sort(all.begin(), all.end());
      EXPECT_EQ(all, every);
    }
    EXPECT_EQ(joined(batches::batches_in_order(examples_, config)), every);
  }
}

TEST_F(BatcherOfExamples, FollowsFromSeedEpochAndIndexAlone) {
  const BatchConfig config = limits(64, 6);
  batches::ExampleBatcher a(examples_, config, 1), b(examples_, config, 1), other(examples_, config, 2);
  const auto second = epoch(a, 1);
  EXPECT_EQ(b.indices(1, 3), second[3]) << "whatever was asked for before";
  EXPECT_EQ(epoch(b, 1), second);
  EXPECT_NE(epoch(a, 0), second);
  EXPECT_NE(epoch(other, 1), second);
  EXPECT_THAT([&] { a.indices(0, 1000); }, ThrowsMessage<UsageError>(HasSubstr("epoch 0 has no batch 1000")));
}

}  // namespace
}  // namespace prenorm::batches
