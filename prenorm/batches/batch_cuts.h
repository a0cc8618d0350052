// Where to cut a sequence of sentences into batches.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace prenorm::batches {

struct BatchLimits {
  std::int64_t max_cost = 0;   // sum of the costs in a batch
  std::int64_t max_items = 0;  // 0 = no limit
};

// The fewest batches that consecutive items fit into. An item that costs more than max_cost is a batch of its own.
std::int64_t count_batches(std::span<const std::int32_t> costs, const BatchLimits& limits);

// Cuts items into that many batches, of as equal cost as the limits allow: batch b is items cuts[b] to cuts[b+1] - 1.
// Cut b stands as near to b/B of the total cost as it can: no later than filling the batches one after the other from
// the front reaches, no earlier than filling them from the back.
std::vector<std::int64_t> cut_evenly(std::span<const std::int32_t> costs, const BatchLimits& limits);

// Cuts consecutive sequences into `shares` parts, of tokens as equal as can be; fewer where there are not so many
// sequences. tokens_before: [sequences + 1]. Part i is sequences cuts[i] to cuts[i+1] - 1.
std::vector<std::int64_t> cut_into_shares(std::span<const std::int64_t> tokens_before, std::int64_t shares);

}  // namespace prenorm::batches
