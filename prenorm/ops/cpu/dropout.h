#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "prenorm/ops/dropout.h"

namespace prenorm::ops::cpu {

// What loops need of a mask: x of element `index` becomes x * scale, or 0 where dropped.
template <class T>
struct ElementDropout {
  explicit ElementDropout(const DropoutMask& mask)
      : key(mask.key),
        first(static_cast<std::uint32_t>(mask.first_element)),
        threshold(drop_threshold(mask.p)),
        scale(static_cast<T>(1.0 / (1.0 - mask.p))) {}
  T operator()(T x, std::uint32_t index) const {
    return dropout_bits(key, first + index) >= threshold ? x * scale : T(0);
  }

  std::uint64_t key;
  std::uint32_t first, threshold;
  T scale;
};

// Forward and backward alike; x contiguous.
at::Tensor apply_dropout(const at::Tensor& x, const DropoutMask& mask);

}  // namespace prenorm::ops::cpu
