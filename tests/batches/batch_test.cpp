#include "prenorm/batches/batch.h"

#include <gtest/gtest.h>

#include "data/sample_corpus.h"

namespace prenorm::batches {
namespace {

using Ids = std::vector<std::int64_t>;

TEST(Batch, LaysSentencesEndToEnd) {
  const test::TemporaryFolder folder;
  data::Manifest manifest;
  manifest.source_vocab = manifest.target_vocab = 100;
  manifest.frame = {2, 1, 3};
  data::CorpusWriter writer(folder.path(), manifest);
  writer.add(std::vector<std::int32_t>{10, 11}, std::vector<std::int32_t>{20}, 1);
  writer.add(std::vector<std::int32_t>{12}, std::vector<std::int32_t>{21, 22, 23}, 2);
  writer.finish({});
  const batches::Batch batch = make_batch(data::PreparedCorpus(folder.path()), Ids{1, 0});
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
  const batches::Batch batch = make_batch(data::PreparedCorpus(folder.path()), {});
  EXPECT_EQ(batch.sequences(), 0);
  EXPECT_EQ(batch.source.offsets, Ids{0});
  EXPECT_EQ(batch.target_tokens(), 0);
}

TEST(Batch, PacksSources) {
  const std::vector<std::vector<std::int32_t>> sentences{{5, 6}, {}, {7}};
  const batches::PackedSide packed = pack_sources(sentences, 2);
  EXPECT_EQ(packed.ids, (Ids{5, 6, 2, 2, 7, 2}));
  EXPECT_EQ(packed.offsets, (Ids{0, 3, 4, 6}));
  EXPECT_EQ(packed.max_length, 3);
  EXPECT_EQ(packed.sequences(), 3);
}

batches::Batch batch_of_lengths(std::span<const std::int64_t> lengths) {
  batches::Batch batch;
  std::int64_t next = 0;
  for (const std::int64_t n : lengths) {
    for (batches::PackedSide* side : {&batch.source, &batch.target_input}) {
      for (std::int64_t i = 0; i < n; ++i) side->ids.push_back(next++);
      side->end_sequence();
    }
    for (std::int64_t i = 0; i < n; ++i) batch.target_output.push_back(next++);
    batch.pair_indices.push_back(batch.sequences());
  }
  return batch;
}

TEST(ShareOut, SharesLaidEndToEndAreTheBatch) {
  RandomStream random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::int64_t> lengths(random.below(12));
    for (std::int64_t& n : lengths) n = 1 + static_cast<std::int64_t>(random.below(9));
    const batches::Batch batch = batch_of_lengths(lengths);
    const std::int64_t shares = 1 + static_cast<std::int64_t>(random.below(6));
    const std::vector<batches::Batch> parts = share_out(batch, shares);
    EXPECT_EQ(std::ssize(parts), std::min(shares, batch.sequences()));
    batches::Batch joined;
    for (const batches::Batch& part : parts) {
      EXPECT_GT(part.sequences(), 0);
      EXPECT_EQ(part.source.first_token, joined.source.tokens());
      EXPECT_EQ(part.target_input.first_token, joined.target_input.tokens());
      EXPECT_EQ(part.target_tokens(), std::ssize(part.target_output));
      for (const auto& [to, from] :
           {std::pair(&joined.source, &part.source), {&joined.target_input, &part.target_input}})
        for (std::size_t i = 1; i < from->offsets.size(); ++i) {
          to->ids.insert(to->ids.end(), from->ids.begin() + from->offsets[i - 1], from->ids.begin() + from->offsets[i]);
          to->end_sequence();
        }
      joined.target_output.insert(joined.target_output.end(), part.target_output.begin(), part.target_output.end());
      joined.pair_indices.insert(joined.pair_indices.end(), part.pair_indices.begin(), part.pair_indices.end());
    }
    EXPECT_EQ(joined.source.ids, batch.source.ids);
    EXPECT_EQ(joined.source.offsets, batch.source.offsets);
    EXPECT_EQ(joined.target_input.ids, batch.target_input.ids);
    EXPECT_EQ(joined.target_output, batch.target_output);
    EXPECT_EQ(joined.pair_indices, batch.pair_indices);
  }
}

TEST(ShareOut, SharesAreAsEqualAsSentencesAllow) {
  const std::vector<std::int64_t> lengths(64, 16);
  for (const std::int64_t shares : {1, 2, 4, 8})
    for (const batches::Batch& part : share_out(batch_of_lengths(lengths), shares))
      EXPECT_EQ(part.target_tokens(), 1024 / shares) << shares;
}

}  // namespace
}  // namespace prenorm::batches
