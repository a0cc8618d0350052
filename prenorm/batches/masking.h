// Chooses the tokens that are hidden from a masked language model, and what replaces them (Devlin et al. 2019, section
// 3.1 and appendix A.1).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "prenorm/base/random.h"
#include "prenorm/config/task_config.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::batches {

// Ids that frame sequences and are not text.
struct SpecialIds {
  std::int64_t cls = 0;   // begin of sentence, [CLS]
  std::int64_t sep = 0;   // end of sentence, [SEP]
  std::int64_t mask = 0;  // [MASK]
  std::int64_t unk = -1;  // -1 if the vocabulary has none
  std::int64_t pad = -1;
  std::int64_t vocabulary = 0;
};

// Errors: UsageError if the tokenizer has no begin of sentence, or no mask although one is needed.
SpecialIds special_ids(const text::Tokenizer& tokenizer, bool need_mask);

// starts_word() of every id.
std::vector<bool> word_starts(const text::Tokenizer& tokenizer);

class Masking {
 public:
  // `starts_word` of every id, used only with config.whole_word.
  Masking(const MaskedLmConfig& config, const SpecialIds& ids, std::vector<bool> starts_word = {});

  // Picks places of `sequence` other than cls, sep and mask, ascending: round(mask_share n) of n such places, at least
  // one if there is any. For whole words, it picks as many tokens as stay within that number, but at least one word. Of
  // the picked tokens, mask_token_share become the mask and random_token_share any token that is not special.
  std::vector<std::int64_t> apply(std::span<std::int64_t> sequence, RandomStream& random) const;

 private:
  bool maskable(std::int64_t id) const { return id != ids_.cls && id != ids_.sep && id != ids_.mask; }
  std::vector<std::int64_t> draw_words(std::span<const std::int64_t> sequence, std::span<const std::int64_t> candidates,
                                       std::int64_t count, RandomStream& random) const;

  MaskedLmConfig config_;
  SpecialIds ids_;
  std::vector<bool> starts_word_;
  std::vector<std::int64_t> ordinary_;  // ids that are not special
};

}  // namespace prenorm::batches
