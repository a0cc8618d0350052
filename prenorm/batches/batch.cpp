#include "prenorm/batches/batch.h"

#include <algorithm>

#include "prenorm/batches/batch_cuts.h"

namespace prenorm::batches {

void PackedSide::end_sequence() {
  max_length = std::max(max_length, tokens() - offsets.back());
  offsets.push_back(tokens());
}

PackedSide PackedSide::part(std::int64_t first, std::int64_t last) const {
  PackedSide share;
  share.first_token = first_token + offsets[first];
  for (std::int64_t s = first; s < last; ++s) {
    share.ids.insert(share.ids.end(), ids.begin() + offsets[s], ids.begin() + offsets[s + 1]);
    share.end_sequence();
  }
  return share;
}

Batch make_batch(const data::PreparedCorpus& corpus, std::span<const std::int64_t> pair_indices) {
  const data::FrameIds& frame = corpus.manifest().frame;
  Batch batch;
  batch.pair_indices.assign(pair_indices.begin(), pair_indices.end());
  for (const std::int64_t pair : pair_indices) {
    corpus.source(pair).append_to(batch.source.ids);
    batch.source.ids.push_back(frame.source_eos);
    batch.source.end_sequence();

    const data::TokenView target = corpus.target(pair);
    batch.target_input.ids.push_back(frame.target_start);
    target.append_to(batch.target_input.ids);
    batch.target_input.end_sequence();
    target.append_to(batch.target_output);
    batch.target_output.push_back(frame.target_eos);
  }
  return batch;
}

namespace {

Batch sequences_of(const Batch& batch, std::int64_t first, std::int64_t last) {
  Batch share;
  share.source = batch.source.part(first, last);
  share.target_input = batch.target_input.part(first, last);
  const std::vector<std::int64_t>& offsets = batch.target_input.offsets;
  share.target_output.assign(batch.target_output.begin() + offsets[first], batch.target_output.begin() + offsets[last]);
  share.pair_indices.assign(batch.pair_indices.begin() + first, batch.pair_indices.begin() + last);
  return share;
}

}  // namespace

std::vector<Batch> share_out(const Batch& batch, std::int64_t shares) {
  std::vector<std::int64_t> tokens_before = batch.source.offsets;
  for (std::size_t s = 0; s < tokens_before.size(); ++s) tokens_before[s] += batch.target_input.offsets[s];
  const std::vector<std::int64_t> cuts = cut_into_shares(tokens_before, shares);
  std::vector<Batch> parts;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) parts.push_back(sequences_of(batch, cuts[i], cuts[i + 1]));
  return parts;
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

}  // namespace prenorm::batches
