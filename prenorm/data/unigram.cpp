#include "prenorm/data/unigram.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace prenorm::data {

double unigram_nats(const PreparedCorpus& corpus, double label_smoothing) {
  constexpr std::int64_t kCounted = 100'000;
  const std::int64_t pairs = corpus.size(), stride = std::max<std::int64_t>(1, pairs / kCounted);
  const auto vocabulary = static_cast<std::size_t>(corpus.manifest().target_vocab);
  std::vector<std::int64_t> counts(vocabulary);
  std::int64_t total = 0;
  const auto count = [&](std::int64_t id) {
    if (static_cast<std::size_t>(id) >= vocabulary) return;  // damage, which the batch that holds it will report
    ++counts[static_cast<std::size_t>(id)];
    ++total;
  };
  for (std::int64_t i = 0; i < pairs; i += stride) {
    const TokenView target = corpus.target(i);
    for (std::size_t k = 0; k < target.size(); ++k) count(target[k]);
    count(corpus.manifest().frame.target_eos);
  }
  double nats = 0;
  for (const std::int64_t n : counts) {
    if (n == 0) continue;
    const double p = static_cast<double>(n) / static_cast<double>(total);
    nats -= p * std::log((1 - label_smoothing) * p + label_smoothing / static_cast<double>(vocabulary));
  }
  return nats;
}

}  // namespace prenorm::data
