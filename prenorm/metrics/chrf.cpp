#include "prenorm/metrics/chrf.h"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/base/unicode.h"
#include "prenorm/metrics/blanks.h"
#include "prenorm/metrics/ngram_matches.h"
#include "prenorm/metrics/segments.h"

namespace prenorm::metrics {
namespace {

bool is_ascii_punctuation(char32_t c) {
  return (c >= U'!' && c <= U'/') || (c >= U':' && c <= U'@') || (c >= U'[' && c <= U'`') || (c >= U'{' && c <= U'~');
}

std::vector<std::uint32_t> characters(std::u32string_view text) {
  std::vector<std::uint32_t> kept;
  kept.reserve(text.size());
  for (const char32_t c : text)
    if (!is_python_space(c)) kept.push_back(c);
  return kept;
}

// The word splitting of chrF++: one mark is separated from each word, at its end or else at its start, so "(hi)" gives
// "(hi" and ")".
std::vector<std::u32string_view> words(std::u32string_view text) {
  std::vector<std::u32string_view> parts;
  for (const std::u32string_view word : split_at_blanks(text)) {
    std::size_t cut = word.size();
    if (word.size() > 1 && is_ascii_punctuation(word.back())) {
      cut = word.size() - 1;
    } else if (word.size() > 1 && is_ascii_punctuation(word.front())) {
      cut = 1;
    }
    parts.push_back(word.substr(0, cut));
    if (cut < word.size()) parts.push_back(word.substr(cut));
  }
  return parts;
}

// Character orders first, then word orders.
std::vector<NgramCounts> count_corpus(std::span<const std::string> hypotheses, std::span<const std::string> references,
                                      ChrfOptions options) {
  std::vector<NgramCounts> corpus(kChrfCharacterOrder + options.word_order), segment(corpus.size());
  const std::span<NgramCounts> character_orders(segment.data(), kChrfCharacterOrder);
  const std::span<NgramCounts> word_orders = std::span(segment).subspan(kChrfCharacterOrder);
  NgramMatcher matcher;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    const std::u32string hypothesis = read_segment(hypotheses, i, options.lowercase, "hypothesis");
    const std::u32string reference = read_segment(references, i, options.lowercase, "reference");
    matcher.count(characters(hypothesis), characters(reference), character_orders);
    if (!word_orders.empty()) matcher.count(words(hypothesis), words(reference), word_orders);
    // By definition, an order that the reference is too short for does not count against the hypothesis.
    for (NgramCounts& counts : segment)
      if (counts.reference == 0) counts.hypothesis = 0;
    add_counts(corpus, segment);
  }
  return corpus;
}

double f_score(std::span<const NgramCounts> orders) {
  constexpr double kWeight = kChrfBeta * kChrfBeta;
  double precision = 0, recall = 0, effective_orders = 0;
  for (const NgramCounts& counts : orders) {
    if (counts.hypothesis == 0 || counts.reference == 0) continue;
    precision += static_cast<double>(counts.matches) / static_cast<double>(counts.hypothesis);
    recall += static_cast<double>(counts.matches) / static_cast<double>(counts.reference);
    effective_orders += 1;
  }
  if (precision + recall == 0) return 0;
  precision /= effective_orders;
  recall /= effective_orders;
  return 100 * (1 + kWeight) * precision * recall / (kWeight * precision + recall);
}

}  // namespace

ChrfScore corpus_chrf(std::span<const std::string> hypotheses, std::span<const std::string> references,
                      ChrfOptions options) {
  if (options.word_order > kChrfMaxWordOrder)
    throw_error<UsageError>("chrF's word order is {}; it goes from 0 (chrF) over 2 (chrF++) to {}", options.word_order,
                            kChrfMaxWordOrder);
  check_line_counts(hypotheses, references);
  ChrfScore result;
  result.score = f_score(count_corpus(hypotheses, references, options));
  result.name = fmt::format("chrF{}{}", kChrfBeta, std::string(options.word_order, '+'));
  result.signature =
      fmt::format("nrefs:1|case:{}|eff:yes|nc:{}|nw:{}|space:no|version:{}", options.lowercase ? "lc" : "mixed",
                  kChrfCharacterOrder, options.word_order, kSacrebleuVersion);
  return result;
}

}  // namespace prenorm::metrics
