// Packed batches of single texts, for masked and causal language models and classifiers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "prenorm/batches/batch.h"

namespace prenorm::batches {

struct TextBatch {
  PackedSide tokens;
  std::vector<std::int64_t> segments;  // segment of each token, from 0; empty if there are none
  // Ascending indices of the rows of `tokens` that are predicted, possibly none; without a list every row.
  std::optional<std::vector<std::int64_t>> predicted;
  std::vector<std::int64_t> targets;  // the right tokens for those rows; empty if none is predicted
  std::vector<std::int64_t> labels;   // for each sequence: its class, or 1 if its second text does not follow the first
  std::vector<double> values;         // for each sequence, in regression
  std::int64_t first_sequence = 0;    // index of the first sequence in the whole batch, if this is a share of one

  std::int64_t sequences() const { return tokens.sequences(); }
  // The number of predicted rows before the row `token`.
  std::int64_t predicted_before(std::int64_t token) const;
  // [sequences + 1], offsets of the sequences among the predicted rows.
  std::vector<std::int64_t> predicted_offsets() const;
  std::int64_t sequences_with_predictions() const;
};

// Splits the batch into `shares` parts of consecutive sequences, with token counts as equal as possible; fewer if there
// are fewer sequences. The predicted rows of a share are counted from its first token.
std::vector<TextBatch> share_out(const TextBatch& batch, std::int64_t shares);

}  // namespace prenorm::batches
