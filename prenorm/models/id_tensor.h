// Ids of a batch as a tensor.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace prenorm::models {

// A copy, since the backward pass reads the ids of the embedding when the batch may no longer exist.
inline at::Tensor id_tensor(const std::vector<std::int64_t>& ids) {
  at::Tensor tensor = at::empty({std::ssize(ids)}, at::kLong);
  std::copy(ids.begin(), ids.end(), tensor.data_ptr<std::int64_t>());
  return tensor;
}

}  // namespace prenorm::models
