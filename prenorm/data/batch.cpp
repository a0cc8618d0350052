#include "prenorm/data/batch.h"

#include <algorithm>

namespace prenorm::data {

void PackedSide::end_sequence() {
  max_length = std::max(max_length, tokens() - offsets.back());
  offsets.push_back(tokens());
}

Batch make_batch(const PreparedCorpus& corpus, std::span<const std::int64_t> pair_indices) {
  const FrameIds& frame = corpus.manifest().frame;
  Batch batch;
  batch.pair_indices.assign(pair_indices.begin(), pair_indices.end());
  for (const std::int64_t pair : pair_indices) {
    corpus.source(pair).append_to(batch.source.ids);
    batch.source.ids.push_back(frame.source_eos);
    batch.source.end_sequence();

    const TokenView target = corpus.target(pair);
    batch.target_input.ids.push_back(frame.target_start);
    target.append_to(batch.target_input.ids);
    batch.target_input.end_sequence();
    target.append_to(batch.target_output);
    batch.target_output.push_back(frame.target_eos);
  }
  return batch;
}

PackedSide pack_sources(std::span<const std::vector<std::int32_t>> sentences, std::int32_t eos) {
  PackedSide packed;
  for (const auto& sentence : sentences) {
    packed.ids.insert(packed.ids.end(), sentence.begin(), sentence.end());
    packed.ids.push_back(eos);
    packed.end_sequence();
  }
  return packed;
}

}  // namespace prenorm::data
