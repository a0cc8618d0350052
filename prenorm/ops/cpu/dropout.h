#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>

#include "prenorm/ops/cpu/dispatch.h"
#include "prenorm/ops/dropout.h"

namespace prenorm::ops::cpu {

// A dropout mask in the form that loops use.
template <class T>
class ElementDropout {
 public:
  explicit ElementDropout(const DropoutMask& mask)
      : key_(mask.key),
        first_element_(mask.first_element),
        threshold_(drop_threshold(mask.p)),
        scale_(static_cast<T>(1.0 / (1.0 - mask.p))) {}

  // The mask of elements that share one key: element i of x becomes x * scale, or 0 if dropped.
  struct Stretch {
    std::uint64_t key;
    std::uint32_t first, threshold;
    T scale;
    PRENORM_INLINE T operator()(T x, std::int64_t i) const {
      return dropout_bits(key, first + static_cast<std::uint32_t>(i)) >= threshold ? x * scale : T(0);
    }
  };

  // Calls loop(begin, end, stretch) for all of [begin, end), whose element i is number first + i of the tensor: one
  // call unless a stretch ends in between.
  template <class Loop>
  PRENORM_INLINE void over(std::int64_t first, std::int64_t begin, std::int64_t end, const Loop& loop) const {
    const std::int64_t start = first_element_ + first;
    while (begin < end) {
      const std::int64_t stretch = (start + begin) / kDropoutStretch;
      const std::int64_t stop = std::min(end, (stretch + 1) * kDropoutStretch - start);
      loop(begin, stop, Stretch{stretch_key(key_, stretch), static_cast<std::uint32_t>(start), threshold_, scale_});
      begin = stop;
    }
  }

 private:
  std::uint64_t key_;
  std::int64_t first_element_;
  std::uint32_t threshold_;
  T scale_;
};

// The same forward and backward; x must be contiguous.
at::Tensor apply_dropout(const at::Tensor& x, const DropoutMask& mask);

}  // namespace prenorm::ops::cpu
