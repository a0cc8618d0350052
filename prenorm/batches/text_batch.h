// Packed batches of single texts: what masked and causal language models and classifiers are trained on.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "prenorm/batches/batch.h"

namespace prenorm::batches {

struct TextBatch {
  PackedSide tokens;
  std::vector<std::int64_t> segments;  // of each token, from 0; empty where texts have none
  // Ascending rows of `tokens` whose token is predicted, which may be none; without a list every row.
  std::optional<std::vector<std::int64_t>> predicted;
  std::vector<std::int64_t> targets;  // the tokens that are right there; empty where none is predicted
  std::vector<std::int64_t> labels;   // of each sequence: its class, or 1 where its second text does not follow
  std::vector<double> values;         // of each sequence, in regression
  std::int64_t first_sequence = 0;    // place of the first sequence in the whole batch, where this is a share of it

  std::int64_t sequences() const { return tokens.sequences(); }
};

// The batch in `shares` parts of consecutive sequences, of tokens as equal as can be; fewer where there are not so many
// sequences. The predicted rows of a share are counted from its first token.
std::vector<TextBatch> share_out(const TextBatch& batch, std::int64_t shares);

}  // namespace prenorm::batches
