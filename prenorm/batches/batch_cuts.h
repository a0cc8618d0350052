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

// The smallest number of batches that consecutive items fit into. An item that costs more than max_cost is a batch by
// itself.
std::int64_t count_batches(std::span<const std::int32_t> costs, const BatchLimits& limits);

// Cuts items into that many batches, with costs as equal as the limits allow: batch b is items cuts[b] to cuts[b+1] -
// 1. Cut b is as close as possible to b/B of the total cost: no later than filling the batches one by one from the
// front would put it, and no earlier than filling them from the back.
std::vector<std::int64_t> cut_evenly(std::span<const std::int32_t> costs, const BatchLimits& limits);

// Cuts consecutive sequences into `shares` parts, with token counts as equal as possible; fewer if there are fewer
// sequences. tokens_before: [sequences + 1]. Part i is sequences cuts[i] to cuts[i+1] - 1.
std::vector<std::int64_t> cut_into_shares(std::span<const std::int64_t> tokens_before, std::int64_t shares);

}  // namespace prenorm::batches
