// `task`, and [masked_lm]: what the model learns to do.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "prenorm/base/describe.h"

namespace prenorm {

enum class TaskKind : std::uint8_t { kTranslation, kMaskedLm, kClassification, kCausalLm };

template <>
struct EnumNames<TaskKind> {
  static constexpr std::array<std::pair<TaskKind, std::string_view>, 4> values{
      {{TaskKind::kTranslation, "translation"},
       {TaskKind::kMaskedLm, "masked_lm"},
       {TaskKind::kClassification, "classification"},
       {TaskKind::kCausalLm, "causal_lm"}}};
};

// Devlin et al. 2019, "BERT", section 3.1 and appendix A.1.
struct MaskedLmConfig {
  double mask_share = 0.15;
  double mask_token_share = 0.8;
  double random_token_share = 0.1;
  bool whole_word = false;
  bool next_sentence = false;
};

template <class V>
void describe(V& v, MaskedLmConfig& c) {
  v.field("mask_share", c.mask_share, Range{0.001, 1}, "fraction of the tokens to predict");
  v.field("mask_token_share", c.mask_token_share, Range{0, 1}, "fraction of those replaced by the mask token");
  v.field("random_token_share", c.random_token_share, Range{0, 1},
          "fraction of those replaced by a random token; the rest are unchanged");
  v.field("whole_word", c.whole_word, "whether to select whole words, not single tokens");
  v.field("next_sentence", c.next_sentence,
          "also predict whether the second half of a sequence follows the first (needs model.segments = 2)");
}

}  // namespace prenorm
