// Boundaries of the sequences in a packed [tokens, ...] matrix.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace prenorm::nn {

struct Packing {
  at::Tensor offsets;    // int64, CPU, [sequences + 1]: sequence i is rows [offsets[i], offsets[i + 1])
  at::Tensor positions;  // int64, [tokens]: index of each token in its sequence, from 0
  std::int64_t longest = 0;

  // offsets must ascend from 0.
  static Packing from_offsets(std::span<const std::int64_t> offsets);
};

}  // namespace prenorm::nn
