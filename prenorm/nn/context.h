// What a forward pass is told beside its input.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string_view>

#include "prenorm/base/random.h"
#include "prenorm/ops/dropout.h"

namespace prenorm::nn {

// Is shown tensors at named points ("encoder.layers.0.self_attention.branch"); must not change them.
using Observer = std::function<void(std::string_view point, const at::Tensor& value)>;

struct Context {
  bool training = false;  // dropout is applied
  std::uint64_t key = 0;  // of this batch: mix_key({seed, step, micro-batch}); dropout masks follow from it
  const Observer* observer = nullptr;
  bool observe_attention = false;  // the observer is shown attention probabilities too, which takes computing them
  // Of the stack's rows in the whole batch, where these are a share of it: dropout masks do not depend on the shares.
  std::int64_t first_row = 0;

  Context from_row(std::int64_t row) const {
    Context context = *this;
    context.first_row = row;
    return context;
  }
  // The key of one dropout site of this batch.
  std::uint64_t at(std::uint64_t site) const { return mix_key({key, site}); }
  // The mask of a [rows, columns] matrix.
  ops::DropoutMask dropout_mask(double p, std::uint64_t site, std::int64_t columns) const {
    return {training ? p : 0, at(site), first_row * columns};
  }
  bool observes_attention() const { return observer != nullptr && observe_attention; }
  void observe(std::string_view point, const at::Tensor& value) const {
    if (observer != nullptr) (*observer)(point, value);
  }
  // The value, shown.
  at::Tensor observed(std::string_view point, at::Tensor value) const {
    observe(point, value);
    return value;
  }
};

}  // namespace prenorm::nn
