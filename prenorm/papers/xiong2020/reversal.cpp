#include "prenorm/papers/xiong2020/reversal.h"

#include <cmath>

#include "prenorm/base/random.h"

namespace prenorm::papers::xiong2020 {
namespace {

constexpr std::int64_t kStart = 0, kEnd = 1, kFirstWord = 2;

}  // namespace

data::Batch Reversal::batch(std::uint64_t seed, std::int64_t update) const {
  RandomStream random(mix_key({seed, static_cast<std::uint64_t>(update), name_key("reversal")}));
  data::Batch batch;
  for (std::int64_t s = 0; s < sentences; ++s) {
    const std::int64_t length =
        shortest + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(longest - shortest + 1)));
    const std::size_t begin = batch.source.ids.size();
    for (std::int64_t i = 0; i < length; ++i)
      batch.source.ids.push_back(kFirstWord +
                                 static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(words))));
    batch.target_input.ids.push_back(kStart);
    for (std::size_t i = batch.source.ids.size(); i-- > begin;) {
      batch.target_input.ids.push_back(batch.source.ids[i]);
      batch.target_output.push_back(batch.source.ids[i]);
    }
    batch.source.ids.push_back(kEnd);
    batch.target_output.push_back(kEnd);
    batch.source.end_sequence();
    batch.target_input.end_sequence();
    batch.pair_indices.push_back(s);
  }
  return batch;
}

double Reversal::unigram_nats_per_token() const {
  // A word at every place of a sentence, and one end: the entropy of a token's frequencies.
  const double length = static_cast<double>(shortest + longest) / 2;
  const double end = 1 / (length + 1), word = (1 - end) / static_cast<double>(words);
  return -end * std::log(end) - static_cast<double>(words) * word * std::log(word);
}

}  // namespace prenorm::papers::xiong2020
