#include "prenorm/updates/worker_count.h"

#include <algorithm>

#include "prenorm/base/error.h"

namespace prenorm::updates {

std::int64_t worker_count(const RuntimeConfig& runtime, std::int64_t threads, std::int64_t gradient_bytes,
                          std::int64_t memory_bytes) {
  if (runtime.workers > 0) return std::min(runtime.workers, threads);
  const std::int64_t half = memory_bytes / 2,
                     fit = std::max<std::int64_t>(1, half / std::max<std::int64_t>(1, gradient_bytes));
  if (threads > 1 && fit < threads)
    throw_error<UsageError>(
        "{} workers with gradients of {} MiB each would take more than half of the {} MiB of memory here; set "
        "runtime.workers = {}{}",
        threads, gradient_bytes >> 20, memory_bytes >> 20, fit,
        fit == 1 ? " (threads then work inside the operators)" : "");
  return threads;
}

}  // namespace prenorm::updates
