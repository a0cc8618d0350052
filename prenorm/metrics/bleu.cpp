#include "prenorm/metrics/bleu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "prenorm/metrics/blanks.h"
#include "prenorm/metrics/ngram_matches.h"
#include "prenorm/metrics/segments.h"

namespace prenorm::metrics {
namespace {

using OrderCounts = std::array<NgramCounts, kBleuOrder>;

OrderCounts count_corpus(std::span<const std::string> hypotheses, std::span<const std::string> references,
                         BleuOptions options) {
  const auto separated = [&options](std::span<const std::string> lines, std::size_t i, std::string_view side) {
    const std::u32string segment = read_segment(lines, i, options.lowercase, side);
    return separate_tokens(without_trailing_blanks(segment), options.tokenizer);
  };
  OrderCounts corpus{}, segment{};
  NgramMatcher matcher;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    const std::u32string hypothesis = separated(hypotheses, i, "hypothesis");
    const std::u32string reference = separated(references, i, "reference");
    matcher.count(split_at_blanks(hypothesis), split_at_blanks(reference), segment);
    add_counts(corpus, segment);
  }
  return corpus;
}

double brevity_penalty(std::int64_t hypothesis_length, std::int64_t reference_length) {
  if (hypothesis_length >= reference_length) return 1;
  if (hypothesis_length == 0) return 0;
  return std::exp(1 - static_cast<double>(reference_length) / static_cast<double>(hypothesis_length));
}

// The k-th order without a match counts as 1/2^k of a match (smoothing `exp`, from mteval-v13a.pl). Orders longer than
// every hypothesis stay 0.
std::array<double, kBleuOrder> smoothed_precisions(const OrderCounts& counts) {
  std::array<double, kBleuOrder> precisions{};
  if (std::ranges::all_of(counts, [](const NgramCounts& c) { return c.matches == 0; })) return precisions;
  double smoothing = 1;
  for (std::size_t n = 0; n < kBleuOrder && counts[n].hypothesis > 0; ++n) {
    const auto total = static_cast<double>(counts[n].hypothesis);
    if (counts[n].matches == 0) smoothing *= 2;
    precisions[n] =
        counts[n].matches == 0 ? 100 / (smoothing * total) : 100 * static_cast<double>(counts[n].matches) / total;
  }
  return precisions;
}

double geometric_mean(const std::array<double, kBleuOrder>& precisions) {
  double sum_of_logs = 0;
  for (const double precision : precisions) {
    if (precision == 0) return 0;
    sum_of_logs += std::log(precision);
  }
  // Rounding lifts the mean of four times 100 slightly above 100.
  return std::min(100.0, std::exp(sum_of_logs / kBleuOrder));
}

}  // namespace

BleuScore corpus_bleu(std::span<const std::string> hypotheses, std::span<const std::string> references,
                      BleuOptions options) {
  check_line_counts(hypotheses, references);
  const OrderCounts counts = count_corpus(hypotheses, references, options);
  BleuScore result;
  result.hypothesis_length = counts[0].hypothesis;
  result.reference_length = counts[0].reference;
  result.brevity_penalty = brevity_penalty(result.hypothesis_length, result.reference_length);
  result.precisions = smoothed_precisions(counts);
  result.score = result.brevity_penalty * geometric_mean(result.precisions);
  result.signature = fmt::format("nrefs:1|case:{}|eff:no|tok:{}|smooth:exp|version:{}",
                                 options.lowercase ? "lc" : "mixed", enum_name(options.tokenizer), kSacrebleuVersion);
  return result;
}

}  // namespace prenorm::metrics
