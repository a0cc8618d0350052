// The number of workers that share a batch.
#pragma once

#include <cstdint>

#include "prenorm/config/runtime_config.h"

namespace prenorm::updates {

// runtime.workers, at most `threads`; 0 means `threads`. Nothing else may change the number, since the order of sums,
// and so the bits of a run, depend on it. Errors: UsageError if runtime.workers is 0 and the gradients of that many
// workers, `gradient_bytes` each, would take more than half of `memory_bytes`.
std::int64_t worker_count(const RuntimeConfig& runtime, std::int64_t threads, std::int64_t gradient_bytes,
                          std::int64_t memory_bytes);

}  // namespace prenorm::updates
