// The context of a forward pass: everything it needs in addition to its input.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string_view>

#include "prenorm/base/random.h"
#include "prenorm/ops/dropout.h"

namespace prenorm::nn {

// Called with tensors at named points ("encoder.layers.0.self_attention.branch"). It must not change them.
using Observer = std::function<void(std::string_view point, const at::Tensor& value)>;

// Whether a point shows the index of each token in its sequence, int64 [tokens], and not states.
inline bool is_index_point(std::string_view point) { return point.ends_with(".index"); }

struct Context {
  bool training = false;  // apply dropout
  std::uint64_t key = 0;  // the batch's key, mix_key({seed, step, micro-batch}), which determines dropout masks
  const Observer* observer = nullptr;
  bool observe_attention = false;  // compute attention probabilities for the observer too
  bool observe_sequences = false;  // show the observer which tokens are a sequence: `<embedding>.index`
  // Index of the first row in the whole batch, if the rows are a share of it: dropout masks do not depend on shares.
  std::int64_t first_row = 0;

  Context from_row(std::int64_t row) const {
    Context context = *this;
    context.first_row = row;
    return context;
  }
  // The batch's key for one dropout site.
  std::uint64_t at(std::uint64_t site) const { return mix_key({key, site}); }
  // The mask of a matrix with `columns` columns.
  ops::DropoutMask dropout_mask(double p, std::uint64_t site, std::int64_t columns) const {
    return {training ? p : 0, at(site), first_row * columns};
  }
  bool observes_attention() const { return observer != nullptr && observe_attention; }
  void observe(std::string_view point, const at::Tensor& value) const {
    if (observer != nullptr) (*observer)(point, value);
  }
  // Shows the value to the observer and returns it.
  at::Tensor observed(std::string_view point, at::Tensor value) const {
    observe(point, value);
    return value;
  }
};

}  // namespace prenorm::nn
