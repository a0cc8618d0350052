// Assigns sentence pairs to batches. Everything is a function of (seed, epoch, index): there is no state to save, and
// any batch of any epoch can be requested.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "prenorm/batches/batch.h"
#include "prenorm/batches/batch_cuts.h"
#include "prenorm/config/data_config.h"
#include "prenorm/data/prepared_corpus.h"

namespace prenorm::batches {

// Training batches. An epoch is a random order of all pairs, divided into equal pools of about config.pool_batches
// batches' worth; each pool is sorted by (target, source) length, cut into as few batches of as equal size as fit
// config.max_tokens target tokens (including end of sentence) and config.max_sentences, and its batches are shuffled.
//
// Memory: 4 bytes per pair, and the current pool. Planning another epoch passes over the lengths of all pairs; planning
// another pool sorts it. Not thread-safe.
class Batcher {
 public:
  // The corpus must outlive the batcher. Errors: UsageError naming batch.max_tokens if a sentence is longer.
  Batcher(const data::PreparedCorpus& corpus, const BatchConfig& config, std::uint64_t seed);

  std::int64_t batches_in_epoch(std::int64_t epoch);
  // The pairs of batch `index`, 0 <= index < batches_in_epoch(epoch), and the batch itself. Errors: UsageError for
  // another index, DataError if the corpus turns out to be damaged.
  std::vector<std::int64_t> pair_indices(std::int64_t epoch, std::int64_t index);
  Batch batch(std::int64_t epoch, std::int64_t index);

 private:
  struct EpochPlan {
    std::int64_t epoch = -1;
    std::vector<std::uint32_t> order;       // [pairs]
    std::vector<std::int64_t> first_batch;  // [pools + 1]: number of batches in the previous pools
  };
  struct PoolPlan {
    std::int64_t epoch = -1, pool = -1;
    std::vector<std::uint32_t> pairs;        // sorted by length
    std::vector<std::int64_t> cuts;          // [batches + 1], indices into pairs
    std::vector<std::uint32_t> batch_order;  // [batches]
  };

  void plan_epoch(std::int64_t epoch);
  void plan_pool(std::int64_t pool);
  std::span<const std::uint32_t> pool_pairs(std::int64_t pool) const;

  const data::PreparedCorpus& corpus_;
  BatchLimits limits_;
  std::uint64_t seed_;
  std::int64_t pools_;
  EpochPlan epoch_;
  PoolPlan pool_;
};

// Validation batches: every pair once, in order of length, never shuffled; a sentence longer than config.max_tokens is
// a batch by itself.
std::vector<std::vector<std::int64_t>> plan_validation_batches(const data::PreparedCorpus& corpus,
                                                               const BatchConfig& config);

}  // namespace prenorm::batches
