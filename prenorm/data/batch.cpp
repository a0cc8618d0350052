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

namespace {

void append_sequence(PackedSide& share, const PackedSide& side, std::int64_t sequence) {
  if (share.ids.empty()) share.first_token = side.first_token + side.offsets[sequence];
  share.ids.insert(share.ids.end(), side.ids.begin() + side.offsets[sequence],
                   side.ids.begin() + side.offsets[sequence + 1]);
  share.end_sequence();
}

Batch sequences_of(const Batch& batch, std::int64_t first, std::int64_t last) {
  Batch share;
  for (std::int64_t s = first; s < last; ++s) {
    append_sequence(share.source, batch.source, s);
    append_sequence(share.target_input, batch.target_input, s);
  }
  const std::vector<std::int64_t>& offsets = batch.target_input.offsets;
  share.target_output.assign(batch.target_output.begin() + offsets[first], batch.target_output.begin() + offsets[last]);
  share.pair_indices.assign(batch.pair_indices.begin() + first, batch.pair_indices.begin() + last);
  return share;
}

}  // namespace

std::vector<Batch> share_out(const Batch& batch, std::int64_t shares) {
  const auto tokens_before = [&](std::int64_t sequence) {
    return batch.source.offsets[sequence] + batch.target_input.offsets[sequence];
  };
  const std::int64_t sequences = batch.sequences(), all = tokens_before(sequences);
  std::vector<Batch> parts;
  std::int64_t first = 0;
  for (std::int64_t i = 1; i <= shares && first < sequences; ++i) {
    std::int64_t last = first + 1;
    // Up to the cut that is nearest to where share i ideally ends, and leaving a sequence for each share to come.
    while (last < sequences - (shares - i) && (tokens_before(last) + tokens_before(last + 1)) * shares <= 2 * i * all)
      ++last;
    if (i == shares) last = sequences;
    parts.push_back(sequences_of(batch, first, last));
    first = last;
  }
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

}  // namespace prenorm::data
