// Batches for masked language models (Devlin et al. 2019): a function of (seed, epoch, index), so that there is no
// state to save and any batch of any epoch can be requested.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "prenorm/batches/masking.h"
#include "prenorm/batches/stream_cuts.h"
#include "prenorm/batches/text_batch.h"
#include "prenorm/config/data_config.h"
#include "prenorm/config/task_config.h"
#include "prenorm/data/prepared_text.h"

namespace prenorm::batches {

struct MaskedRecipe {
  std::int64_t sequence_length = 128;
  MaskedLmConfig masking;
  BatchConfig batch;
  SpecialIds ids;
  std::vector<bool> starts_word;  // of every id, if masking.whole_word
  std::uint64_t seed = 1;
};

// Sequences of exactly sequence_length tokens, made of stretches of the text's stream (StreamCuts): cls, stretch, sep;
// documents in a stretch are separated by sep. With next_sentence they are cls A sep B sep, where the stretch is cut
// into A and B at a random place; in half of the sequences B is replaced by as many tokens of other documents (label
// 1). Masks are drawn by (seed, epoch, index of the sequence in the epoch), whatever the size of batches. Not
// thread-safe.
class MaskedBatcher {
 public:
  // The text must outlive the batcher. Errors: DataError if it is shorter than a sequence or, with next_sentence, a
  // single document; UsageError if sequence_length leaves no space for text.
  MaskedBatcher(const data::PreparedText& text, MaskedRecipe recipe);

  std::int64_t batches_in_epoch() const { return cuts_.batches(); }
  // Errors: UsageError for an index outside [0, batches_in_epoch()), DataError if the text is damaged.
  TextBatch batch(std::int64_t epoch, std::int64_t index);
  // The origin of the batch, for messages (see describe_origin).
  std::string origin(std::int64_t epoch, std::int64_t index);

  // The text from its start in sequences that never change, whatever the seed; a remainder shorter than one is dropped.
  std::vector<TextBatch> validation_batches() const;

 private:
  // Appends the sequence of the stretch at `place`; `key` determines everything that is drawn.
  void append_sequence(TextBatch& batch, std::int64_t place, std::uint64_t key) const;
  std::vector<std::int64_t> pair_sequence(TextBatch& batch, std::int64_t place, RandomStream& random) const;
  bool replace_second(std::span<std::int64_t> second, std::int64_t place, RandomStream& random) const;

  const data::PreparedText& text_;
  MaskedRecipe recipe_;
  Masking masking_;
  std::int64_t stretch_;  // tokens of text in a sequence
  StreamCuts cuts_;
};

}  // namespace prenorm::batches
