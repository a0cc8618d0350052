// Saves a dropout mask for a backward function.
#pragma once

#include <torch/csrc/autograd/custom_function.h>

#include "prenorm/ops/dropout.h"

namespace prenorm::ops {

inline void save_mask(torch::autograd::AutogradContext* context, const DropoutMask& mask) {
  context->saved_data["p"] = mask.p;
  context->saved_data["key"] = static_cast<std::int64_t>(mask.key);
  context->saved_data["first_element"] = mask.first_element;
}
inline DropoutMask saved_mask(torch::autograd::AutogradContext* context) {
  auto& d = context->saved_data;
  return {d["p"].toDouble(), static_cast<std::uint64_t>(d["key"].toInt()), d["first_element"].toInt()};
}

}  // namespace prenorm::ops
