// chrF (Popovic 2015) and chrF++ (Popovic 2017) as sacreBLEU defines them: character 1- to 6-grams without blanks, beta
// 2, only orders that occur on both sides, statistics summed over the corpus.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace prenorm::metrics {

inline constexpr std::size_t kChrfCharacterOrder = 6;
inline constexpr std::size_t kChrfMaxWordOrder = 6;
inline constexpr std::size_t kChrfBeta = 2;

struct ChrfOptions {
  std::size_t word_order = 0;  // 0: chrF2; 2: chrF2++, which adds word 1- and 2-grams; at most kChrfMaxWordOrder
  bool lowercase = false;
};

struct ChrfScore {
  double score = 0;       // 0 to 100
  std::string name;       // "chrF2", "chrF2++"
  std::string signature;  // how it was computed, in sacreBLEU's notation, with the version of sacreBLEU whose scores
                          // these are
};

// Segments are lines of UTF-8 text, hypotheses[i] for references[i]; an empty line is a segment without n-grams.
// Errors: DataError if the sides differ in length, are empty, or have a line that is not UTF-8; UsageError if the word
// order is too high.
ChrfScore corpus_chrf(std::span<const std::string> hypotheses, std::span<const std::string> references,
                      ChrfOptions options = {});

}  // namespace prenorm::metrics
