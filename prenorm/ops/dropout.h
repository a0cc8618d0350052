// Dropout whose mask is a function of (key, element), so that nothing is stored for the backward pass and a resumed or
// repeated update draws the same mask (Srivastava et al. 2014, scaled by 1
// (1 - p) in training).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "prenorm/base/random.h"

namespace prenorm::ops {

struct DropoutMask {
  double p = 0;  // in [0, 1)
  // Must come from mix_key(), since keys that differ in a few upper bits draw related masks.
  std::uint64_t key = 0;
  // Index of the tensor's element 0 in the whole batch, so that the mask does not depend on sharding.
  std::int64_t first_element = 0;
};

// Elements are counted with 64 bits but mixed with 32: each stretch of 2^32 elements has its own key, the first one the
// mask's.
constexpr std::int64_t kDropoutStretch = std::int64_t{1} << 32;
inline std::uint64_t stretch_key(std::uint64_t key, std::int64_t stretch) {
  return stretch == 0 ? key : mix_key({key, static_cast<std::uint64_t>(stretch)});
}

// 32 mixed bits for element `index` of a stretch with `key`: the element is kept if they reach drop_threshold(p).
inline std::uint32_t dropout_bits(std::uint64_t key, std::uint32_t index) {
  std::uint32_t x = index * 0x9e3779b9U + static_cast<std::uint32_t>(key);
  x = (x ^ (x >> 16)) * 0x7feb352dU;
  x = (x ^ (x >> 15)) + static_cast<std::uint32_t>(key >> 32);
  x = (x ^ (x >> 15)) * 0x846ca68bU;
  return x ^ (x >> 16);
}
inline std::uint32_t drop_threshold(double p) { return static_cast<std::uint32_t>(p * 4294967296.0); }

// x: any shape. p = 0 returns x itself.
at::Tensor dropout(const at::Tensor& x, const DropoutMask& mask);

// The same from ATen's operators: for devices without a kernel, and the reference in tests.
at::Tensor dropout_composite(const at::Tensor& x, const DropoutMask& mask);

}  // namespace prenorm::ops
