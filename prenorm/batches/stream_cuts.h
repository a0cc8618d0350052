// Cuts a stream of tokens into stretches of equal length, and the stretches into batches: a function of (seed, epoch,
// index).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "prenorm/config/data_config.h"

namespace prenorm::batches {

// Number of sequences of `length` tokens in a batch: as many as fit config.max_tokens and config.max_sentences, but at
// least one.
std::int64_t sequences_a_batch(const BatchConfig& config, std::int64_t length);

// The stream is a ring: its end is followed by its start. An epoch begins at a random place and takes one stretch after
// another, so that each token is in one stretch, except for a remainder shorter than one. The stretches come in random
// order, in as few batches as possible, whose sizes differ by at most one. Not thread-safe. Memory: 4 bytes per
// stretch.
class StreamCuts {
 public:
  // 1 <= stretch <= tokens.
  StreamCuts(std::int64_t tokens, std::int64_t stretch, std::int64_t stretches_a_batch, std::uint64_t seed);

  std::int64_t stretches() const { return stretches_; }
  std::int64_t batches() const;
  // The stretches of a batch, numbered in the order of the stream. Errors: UsageError for an index outside [0,
  // batches()).
  std::span<const std::uint32_t> batch(std::int64_t epoch, std::int64_t index);
  // Where a stretch of the epoch begins in the stream.
  std::int64_t place(std::int64_t epoch, std::int64_t stretch) const;

 private:
  std::int64_t first_of(std::int64_t batch) const;

  std::int64_t tokens_, stretch_, stretches_, stretches_a_batch_;
  std::uint64_t seed_;
  std::int64_t epoch_ = -1;
  std::vector<std::uint32_t> order_;  // for epoch_
};

}  // namespace prenorm::batches
