// [runtime]: how the machine is used. Nothing here changes what is computed, except the order in which sums are
// rounded.
#pragma once

#include <cstdint>

#include "prenorm/base/describe.h"

namespace prenorm {

struct RuntimeConfig {
  std::int64_t threads = 0;
  std::int64_t workers = 0;
  std::int64_t share_tokens = 512;
  bool fused = true;
};

template <class V>
void describe(V& v, RuntimeConfig& c) {
  v.field("threads", c.threads, Range{0, 4096}, "number of threads; 0 = one per core");
  v.field(
      "workers", c.workers, Range{0, 4096},
      "threads that each compute a slice of the batch; 1 = use threads inside operators instead; 0 = one per thread");
  v.field("share_tokens", c.share_tokens, Range{1, 1e9},
          "approximate target tokens per worker slice, few enough to fit the cache");
  v.field("fused", c.fused, "use prenorm's own kernels; false = ATen's operators, slower, for comparison");
}

}  // namespace prenorm
