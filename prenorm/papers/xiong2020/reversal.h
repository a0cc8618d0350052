// Sentences of random words to be reversed: a translation task whose answers are known, drawn afresh for each update.
#pragma once

#include <cstdint>

#include "prenorm/batches/batch.h"

namespace prenorm::papers::xiong2020 {

struct Reversal {
  std::int64_t words = 30;      // ids from 2; 0 starts a target, 1 ends a sentence
  std::int64_t length = 10;     // words of a sentence
  std::int64_t sentences = 24;  // of a batch

  std::int64_t vocabulary() const { return words + 2; }
  // The batch of one update: a function of its arguments alone.
  batches::Batch batch(std::uint64_t seed, std::int64_t update) const;
  // The loss, in nats per target token, of a model that has learned how long sentences are but looks at no source.
  double chance_nats_per_token() const;
};

}  // namespace prenorm::papers::xiong2020
