#include "prenorm/nn/packing.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <numeric>

namespace prenorm::nn {

Packing Packing::from_offsets(std::span<const std::int64_t> offsets) {
  Packing packing{at::empty({static_cast<std::int64_t>(offsets.size())}, at::kLong),
                  at::empty({offsets.back()}, at::kLong)};
  std::copy(offsets.begin(), offsets.end(), packing.offsets.data_ptr<std::int64_t>());
  auto* positions = packing.positions.data_ptr<std::int64_t>();
  for (std::size_t i = 1; i < offsets.size(); ++i) {
    std::iota(positions + offsets[i - 1], positions + offsets[i], 0);
    packing.longest = std::max(packing.longest, offsets[i] - offsets[i - 1]);
  }
  return packing;
}

}  // namespace prenorm::nn
