#include "prenorm/batches/unigram.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/sample_prepared_text.h"

namespace prenorm::batches {
namespace {

// Two targets of ids 3 3 3 5 and 3 5, each with its end (id 2): shares 4/8, 2/8, 2/8.
TEST(Unigram, IsTheEntropyOfTheTargetTokens) {
  const test::TemporaryFolder folder;
  data::Manifest manifest;
  manifest.source_vocab = manifest.target_vocab = 10;
  manifest.frame = {2, 1, 2};
  data::CorpusWriter writer(folder / "corpus", manifest);
  writer.add(std::vector<std::int32_t>{7}, std::vector<std::int32_t>{3, 3, 3, 5}, 1);
  writer.add(std::vector<std::int32_t>{8, 8}, std::vector<std::int32_t>{3, 5}, 2);
  data::TextReport report;
  report.pairs_read = report.pairs_kept = 2;
  writer.finish(report);
  const data::PreparedCorpus corpus(folder / "corpus");
  EXPECT_NEAR(unigram_nats(corpus, 0), 1.5 * std::log(2.0), 1e-12);
  // Under smoothing 0.1 the best guess of training is another distribution.
  const double q4 = 0.9 * 0.5 + 0.01, q2 = 0.9 * 0.25 + 0.01;
  EXPECT_NEAR(unigram_nats(corpus, 0.1), -0.5 * std::log(q4) - 0.5 * std::log(q2), 1e-12);
}

TEST(Unigram, OfATextLeavesTheEndsOfDocumentsOut) {
  test::SampleProse prose("the the the cat\n\nthe cat the cat\n");
  const auto& tokenizer = test::text_tokenizer();
  ASSERT_EQ(tokenizer.encode("the cat").size(), 2U);  // each word is one piece, so that shares are known
  ASSERT_EQ(tokenizer.size(), 330);
  const double q5 = 0.9 * 5 / 8 + 0.1 / 330, q3 = 0.9 * 3 / 8 + 0.1 / 330;
  EXPECT_NEAR(unigram_nats(prepare_text(prose.recipe()), 0.1), -5.0 / 8 * std::log(q5) - 3.0 / 8 * std::log(q3), 1e-12);
}

}  // namespace
}  // namespace prenorm::batches
