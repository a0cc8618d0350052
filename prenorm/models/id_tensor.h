// Ids of a batch as a tensor.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace prenorm::models {

// Copies the ids: the backward pass of the embedding reads them when the batch may no longer exist.
inline at::Tensor id_tensor(const std::vector<std::int64_t>& ids) {
  at::Tensor tensor = at::empty({std::ssize(ids)}, at::kLong);
  std::copy(ids.begin(), ids.end(), tensor.data_ptr<std::int64_t>());
  return tensor;
}

}  // namespace prenorm::models
