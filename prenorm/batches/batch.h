// Packed batches: the tokens of all sequences end to end, and the start of each sequence. There is no padding.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "prenorm/data/prepared_corpus.h"

namespace prenorm::batches {

// Sequence s is ids[offsets[s]] to ids[offsets[s + 1] - 1].
struct PackedSide {
  std::vector<std::int64_t> ids;         // [tokens]
  std::vector<std::int64_t> offsets{0};  // [sequences + 1]
  std::int64_t max_length = 0;
  std::int64_t first_token = 0;  // index of ids[0] in the whole batch, if this is a share of one

  std::int64_t tokens() const { return std::ssize(ids); }
  std::int64_t sequences() const { return std::ssize(offsets) - 1; }
  // Ends the sequence that was being appended to ids.
  void end_sequence();
  // Sequences `first` to `last` - 1; first_token is adjusted to match.
  PackedSide part(std::int64_t first, std::int64_t last) const;
};

// A sentence pair (x1 .. xn, y1 .. ym) appears as source x1 .. xn eos, target_input start y1 .. ym and, at the same
// places, target_output y1 .. ym eos: the token to predict from all those before it.
struct Batch {
  PackedSide source;
  PackedSide target_input;
  std::vector<std::int64_t> target_output;  // [target_tokens], indexed as target_input by its offsets
  std::vector<std::int64_t> pair_indices;   // [sequences], indices into the corpus

  std::int64_t sequences() const { return std::ssize(pair_indices); }
  std::int64_t source_tokens() const { return source.tokens(); }
  std::int64_t target_tokens() const { return target_input.tokens(); }
};

// Pairs of the corpus in the given order. Errors: DataError if the corpus turns out to be damaged.
Batch make_batch(const data::PreparedCorpus& corpus, std::span<const std::int64_t> pair_indices);

// Splits the batch into `shares` parts of consecutive sequences, with token counts as equal as possible; fewer if there
// are fewer sequences.
std::vector<Batch> share_out(const Batch& batch, std::int64_t shares);

// Sentences to translate, each ending with `eos`.
PackedSide pack_sources(std::span<const std::vector<std::int32_t>> sentences, std::int32_t eos);

}  // namespace prenorm::batches
