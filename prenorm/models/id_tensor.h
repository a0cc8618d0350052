// Ids of a batch as a tensor.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace prenorm::models {

// A copy: the backward pass still reads the ids of the embedding when the batch may be gone.
inline at::Tensor id_tensor(const std::vector<std::int64_t>& ids) {
  at::Tensor tensor = at::empty({std::ssize(ids)}, at::kLong);
  std::copy(ids.begin(), ids.end(), tensor.data_ptr<std::int64_t>());
  return tensor;
}

}  // namespace prenorm::models
