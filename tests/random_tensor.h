// Random tensors that are the same on every machine.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "prenorm/base/random.h"
#include "test_seed.h"

namespace prenorm::testing {

// Uniform in [-1, 1).
inline at::Tensor random_tensor(at::IntArrayRef shape, std::uint64_t key, at::ScalarType dtype = at::kDouble) {
  const at::Tensor values = at::empty(shape, at::kDouble);
  RandomStream random(mix_key({test::test_seed(key)}));
  for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<double>()[i] = 2 * random.uniform() - 1;
  return values.to(dtype);
}

inline at::Tensor integer_tensor(std::span<const std::int64_t> values) {
  const at::Tensor result = at::empty({static_cast<std::int64_t>(values.size())}, at::kLong);
  std::copy(values.begin(), values.end(), result.data_ptr<std::int64_t>());
  return result;
}

// Offsets of packed sequences of these lengths: [lengths + 1].
inline std::vector<std::int64_t> offsets_of(std::span<const std::int64_t> lengths) {
  std::vector<std::int64_t> offsets{0};
  for (const std::int64_t n : lengths) offsets.push_back(offsets.back() + n);
  return offsets;
}

}  // namespace prenorm::testing
