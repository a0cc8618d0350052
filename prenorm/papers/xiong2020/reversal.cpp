#include "prenorm/papers/xiong2020/reversal.h"

#include <cmath>

#include "prenorm/base/random.h"

namespace prenorm::papers::xiong2020 {
namespace {

constexpr std::int64_t kStart = 0, kEnd = 1, kFirstWord = 2;

}  // namespace

batches::Batch Reversal::batch(std::uint64_t seed, std::int64_t update) const {
  RandomStream random(mix_key({seed, static_cast<std::uint64_t>(update), name_key("reversal")}));
  batches::Batch batch;
  for (std::int64_t s = 0; s < sentences; ++s) {
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

double Reversal::chance_nats_per_token() const {
  return static_cast<double>(length) / static_cast<double>(length + 1) * std::log(static_cast<double>(words));
}

}  // namespace prenorm::papers::xiong2020
