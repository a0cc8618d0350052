// The reversal of random sentences: a translation task with known answers and new sentences for each update.
#pragma once

#include <cstdint>

#include "prenorm/batches/batch.h"

namespace prenorm::papers::xiong2020 {

struct Reversal {
  std::int64_t words = 30;      // ids from 2; 0 starts a target, 1 ends a sentence
  std::int64_t length = 10;     // words per sentence
  std::int64_t sentences = 24;  // sentences per batch

  std::int64_t vocabulary() const { return words + 2; }
  // The batch of one update, which depends on the arguments alone.
  batches::Batch batch(std::uint64_t seed, std::int64_t update) const;
  // The loss, in nats per target token, of a model that has learned the length of sentences but ignores the source.
  double chance_nats_per_token() const;
};

}  // namespace prenorm::papers::xiong2020
