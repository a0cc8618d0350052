#include "prenorm/data/batch.h"

#include <gtest/gtest.h>

#include "data/sample_corpus.h"

namespace prenorm::data {
namespace {

using Ids = std::vector<std::int64_t>;

TEST(Batch, LaysSentencesEndToEnd) {
  const test::TemporaryFolder folder;
  Manifest manifest;
  manifest.source_vocab = manifest.target_vocab = 100;
  manifest.frame = {2, 1, 3};
  CorpusWriter writer(folder.path(), manifest);
  writer.add(std::vector<std::int32_t>{10, 11}, std::vector<std::int32_t>{20}, 1);
  writer.add(std::vector<std::int32_t>{12}, std::vector<std::int32_t>{21, 22, 23}, 2);
  writer.finish({});
  const Batch batch = make_batch(PreparedCorpus(folder.path()), Ids{1, 0});
  EXPECT_EQ(batch.source.ids, (Ids{12, 2, 10, 11, 2}));
  EXPECT_EQ(batch.source.offsets, (Ids{0, 2, 5}));
  EXPECT_EQ(batch.source.max_length, 3);
  EXPECT_EQ(batch.target_input.ids, (Ids{1, 21, 22, 23, 1, 20}));
  EXPECT_EQ(batch.target_input.offsets, (Ids{0, 4, 6}));
  EXPECT_EQ(batch.target_input.max_length, 4);
  EXPECT_EQ(batch.target_output, (Ids{21, 22, 23, 3, 20, 3}));
  EXPECT_EQ(batch.pair_indices, (Ids{1, 0}));
  EXPECT_EQ(batch.sequences(), 2);
  EXPECT_EQ(batch.source_tokens(), 5);
  EXPECT_EQ(batch.target_tokens(), 6);
}

TEST(Batch, Empty) {
  const test::TemporaryFolder folder;
  test::write_random_corpus(folder.path(), 1, 5, 1);
  const Batch batch = make_batch(PreparedCorpus(folder.path()), {});
  EXPECT_EQ(batch.sequences(), 0);
  EXPECT_EQ(batch.source.offsets, Ids{0});
  EXPECT_EQ(batch.target_tokens(), 0);
}

TEST(Batch, PacksSources) {
  const std::vector<std::vector<std::int32_t>> sentences{{5, 6}, {}, {7}};
  const PackedSide packed = pack_sources(sentences, 2);
  EXPECT_EQ(packed.ids, (Ids{5, 6, 2, 2, 7, 2}));
  EXPECT_EQ(packed.offsets, (Ids{0, 3, 4, 6}));
  EXPECT_EQ(packed.max_length, 3);
  EXPECT_EQ(packed.sequences(), 3);
}

}  // namespace
}  // namespace prenorm::data
