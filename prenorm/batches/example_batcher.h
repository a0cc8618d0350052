// Cuts examples into batches. Everything is a function of (seed, epoch, index).
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/batches/examples.h"
#include "prenorm/config/data_config.h"

namespace prenorm::batches {

// Each epoch draws the examples in a new order and cuts it evenly into the fewest batches of at most batch.max_tokens
// tokens and batch.max_sentences examples. Examples are not grouped by length: nothing is padded, and small batches
// stay random samples.
class ExampleBatcher {
 public:
  // The examples must outlive the batcher.
  ExampleBatcher(const Examples& examples, const BatchConfig& config, std::uint64_t seed)
      : examples_(examples), config_(config), seed_(seed) {}

  std::int64_t batches_in_epoch(std::int64_t epoch);
  // The examples of a batch. Errors: UsageError if the epoch has no such batch.
  std::vector<std::int64_t> indices(std::int64_t epoch, std::int64_t index);

 private:
  void plan(std::int64_t epoch);

  const Examples& examples_;
  BatchConfig config_;
  std::uint64_t seed_;
  std::int64_t planned_ = -1;  // the epoch that the two below belong to
  std::vector<std::int64_t> order_, cuts_;
};

// All examples in order, in batches with the same limits.
std::vector<std::vector<std::int64_t>> batches_in_order(const Examples& examples, const BatchConfig& config);

}  // namespace prenorm::batches
