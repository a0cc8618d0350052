// BLEU (Papineni et al. 2002) as sacreBLEU (Post 2018) defines it: one reference, 1- to 4-grams, exponential smoothing,
// no effective order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "prenorm/metrics/bleu_tokenizer.h"

namespace prenorm::metrics {

inline constexpr std::size_t kBleuOrder = 4;

struct BleuOptions {
  BleuTokenizer tokenizer = BleuTokenizer::k13a;
  bool lowercase = false;
};

struct BleuScore {
  double score = 0;                             // 0 to 100
  std::array<double, kBleuOrder> precisions{};  // of 1- to 4-grams in percent, smoothed
  double brevity_penalty = 0;                   // 0 to 1
  std::int64_t hypothesis_length = 0;           // in tokens, of the whole corpus
  std::int64_t reference_length = 0;
  std::string signature;  // how it was computed, in sacreBLEU's notation, with the version of sacreBLEU whose scores
                          // these are
};

// Segments are lines of UTF-8 text, hypotheses[i] for references[i]; an empty line is a segment without tokens. Errors:
// DataError if the sides differ in length, are empty, or have a line that is not UTF-8.
BleuScore corpus_bleu(std::span<const std::string> hypotheses, std::span<const std::string> references,
                      BleuOptions options = {});

}  // namespace prenorm::metrics
