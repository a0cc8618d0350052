// [runtime]: how the machine is used. Nothing here changes what is computed, but for the order in which sums are
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
  v.field("threads", c.threads, Range{0, 4096}, "threads; 0 = one for each core");
  v.field("workers", c.workers, Range{0, 4096},
          "shares of a batch computed at once, a thread each; 1 = threads inside operators instead; 0 = one a thread");
  v.field("share_tokens", c.share_tokens, Range{1, 1e9},
          "target tokens in a share of a batch, about: so few that they stay in the nearest caches");
  v.field("fused", c.fused, "our own kernels; false = the same from ATen's operators, slower, to compare with");
}

}  // namespace prenorm
