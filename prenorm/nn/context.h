// What a forward pass is told beside its input.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string_view>

#include "prenorm/base/random.h"

namespace prenorm::nn {

// Is shown tensors at named points ("encoder.layers.0.self_attention.branch"); must not change them.
using Observer = std::function<void(std::string_view point, const at::Tensor& value)>;

struct Context {
  bool training = false;  // dropout is applied
  std::uint64_t key = 0;  // of this batch: mix_key({seed, step, micro-batch}); dropout masks follow from it
  const Observer* observer = nullptr;

  // The key of one dropout site of this batch.
  std::uint64_t at(std::uint64_t site) const { return mix_key({key, site}); }
  void observe(std::string_view point, const at::Tensor& value) const {
    if (observer != nullptr) (*observer)(point, value);
  }
};

}  // namespace prenorm::nn
