// Batches for causal language models: a function of (seed, epoch, index), so that there is no state to save and any
// batch of any epoch can be requested.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/batches/stream_cuts.h"
#include "prenorm/batches/text_batch.h"
#include "prenorm/config/data_config.h"
#include "prenorm/data/prepared_text.h"

namespace prenorm::batches {

// Sequences are stretches of sequence_length tokens of the text's stream (StreamCuts); the target of each token is the
// next one, which for the last token is outside the sequence. Not thread-safe.
class CausalBatcher {
 public:
  // The text must outlive the batcher. Errors: DataError if it is not longer than a sequence.
  CausalBatcher(const data::PreparedText& text, std::int64_t sequence_length, const BatchConfig& config,
                std::uint64_t seed);

  std::int64_t batches_in_epoch() const { return cuts_.batches(); }
  // Errors: UsageError for an index outside [0, batches_in_epoch()), DataError if the text is damaged.
  TextBatch batch(std::int64_t epoch, std::int64_t index);
  // The origin of the batch, for messages (see describe_origin).
  std::string origin(std::int64_t epoch, std::int64_t index);

  // The text from start to end: every token except the first is a target once; the last sequence may be shorter.
  std::vector<TextBatch> validation_batches() const;

 private:
  // Appends `count` tokens from `place` on, and their targets.
  void append_sequence(TextBatch& batch, std::int64_t place, std::int64_t count) const;

  const data::PreparedText& text_;
  std::int64_t length_, sequences_a_batch_;
  StreamCuts cuts_;
};

}  // namespace prenorm::batches
