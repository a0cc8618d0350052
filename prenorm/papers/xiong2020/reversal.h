// Text to be reversed: a translation task with a known answer, drawn afresh for every update.
#pragma once

#include <cstdint>

#include "prenorm/data/batch.h"

namespace prenorm::papers::xiong2020 {

struct Reversal {
  std::int64_t words = 30;  // ids 2 and above; 0 starts a target, 1 ends a sentence
  std::int64_t shortest = 4, longest = 12;
  std::int64_t sentences = 64;  // of a batch

  std::int64_t vocabulary() const { return words + 2; }
  // The batch of one update: a function of its arguments alone.
  data::Batch batch(std::uint64_t seed, std::int64_t update) const;
  // Cross-entropy in nats per target token of a model that knows the lengths but no word: no learning has happened
  // beyond frequencies.
  double unigram_nats_per_token() const;
};

}  // namespace prenorm::papers::xiong2020
