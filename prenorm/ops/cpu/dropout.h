#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace prenorm::ops::cpu {
// x * mask / (1 - p), forward and backward alike; x contiguous.
at::Tensor apply_dropout(const at::Tensor& x, double p, std::uint64_t key);
}  // namespace prenorm::ops::cpu
