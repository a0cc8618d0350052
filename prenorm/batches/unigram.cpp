#include "prenorm/batches/unigram.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace prenorm::batches {
namespace {

class TokenCounts {
 public:
  explicit TokenCounts(std::int64_t vocabulary) : counts_(static_cast<std::size_t>(vocabulary)) {}

  void add(std::int64_t id) {
    if (static_cast<std::size_t>(id) >= counts_.size())
      return;  // damage, which will be reported for the batch that
               // contains it
    ++counts_[static_cast<std::size_t>(id)];
    ++total_;
  }
  double nats(double label_smoothing) const {
    double nats = 0;
    for (const std::int64_t n : counts_) {
      if (n == 0) continue;
      const double p = static_cast<double>(n) / static_cast<double>(total_);
      nats -= p * std::log((1 - label_smoothing) * p + label_smoothing / static_cast<double>(counts_.size()));
    }
    return nats;
  }

 private:
  std::vector<std::int64_t> counts_;
  std::int64_t total_ = 0;
};

}  // namespace

double unigram_nats(const data::PreparedCorpus& corpus, double label_smoothing) {
  constexpr std::int64_t kCounted = 100'000;
  const std::int64_t pairs = corpus.size(), stride = std::max<std::int64_t>(1, pairs / kCounted);
  TokenCounts counts(corpus.manifest().target_vocab);
  for (std::int64_t i = 0; i < pairs; i += stride) {
    const data::TokenView target = corpus.target(i);
    for (std::size_t k = 0; k < target.size(); ++k) counts.add(target[k]);
    counts.add(corpus.manifest().frame.target_eos);
  }
  return counts.nats(label_smoothing);
}

double unigram_nats(const data::PreparedText& text, double label_smoothing) {
  constexpr std::int64_t kCounted = 10'000'000, kBlock = 4096;
  const std::int64_t stride = kBlock * std::max<std::int64_t>(1, text.tokens() / kCounted);
  TokenCounts counts(text.manifest().vocab);
  std::vector<std::int64_t> ids;
  for (std::int64_t begin = 0; begin < text.tokens(); begin += stride) {
    ids.clear();
    text.append_tokens(begin, std::min(kBlock, text.tokens() - begin), ids);
    for (const std::int64_t id : ids)
      if (id != text.manifest().separator) counts.add(id);
  }
  return counts.nats(label_smoothing);
}

}  // namespace prenorm::batches
