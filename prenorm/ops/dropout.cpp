#include "prenorm/ops/dropout.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/bitwise_right_shift.h>
#include <ATen/ops/cat.h>

#include <algorithm>
#include <vector>

#include "prenorm/ops/check.h"
#include "prenorm/ops/cpu/dropout.h"
#include "prenorm/ops/function.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/ops/saved_mask.h"

namespace prenorm::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// dropout_bits() of elements [begin, end) of a stretch in 64-bit integers; products stay exact modulo 2^64, so masking
// after each step suffices.
at::Tensor bits_of(std::int64_t begin, std::int64_t end, std::uint64_t key, const at::TensorOptions& options) {
  constexpr std::int64_t kMask = 0xffffffff, kIndex = 0x9e3779b9, kFirst = 0x7feb352d, kSecond = 0x846ca68b;
  const auto low = static_cast<std::int64_t>(key & kMask), high = static_cast<std::int64_t>(key >> 32);
  at::Tensor bits = at::arange(begin, end, options) & kMask;
  bits = (bits * kIndex + low) & kMask;
  bits = ((bits ^ (at::bitwise_right_shift(bits, 16))) * kFirst) & kMask;
  bits = ((bits ^ (at::bitwise_right_shift(bits, 15))) + high) & kMask;
  bits = ((bits ^ (at::bitwise_right_shift(bits, 15))) * kSecond) & kMask;
  return bits ^ (at::bitwise_right_shift(bits, 16));
}

struct Dropout : Function<Dropout> {
  static constexpr const char* kName = "dropout";
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const DropoutMask& mask) {
    save_mask(context, mask);
    return cpu::apply_dropout(x.contiguous(), mask);
  }
  static variable_list gradient(AutogradContext* context, variable_list gradients) {
    return {cpu::apply_dropout(gradients[0].contiguous(), saved_mask(context)), {}};
  }
};

}  // namespace

at::Tensor dropout(const at::Tensor& x, const DropoutMask& mask) {
  Check("dropout", x).probability(mask.p, "p");
  if (mask.p <= 0) return x;
  return use_kernels(x) ? Dropout::apply(x, mask) : dropout_composite(x, mask);
}

at::Tensor dropout_composite(const at::Tensor& x, const DropoutMask& mask) {
  if (mask.p <= 0) return x;
  std::vector<at::Tensor> parts;
  const std::int64_t end = mask.first_element + x.numel();
  for (std::int64_t begin = mask.first_element; begin < end || parts.empty();) {
    const std::int64_t stretch = begin / kDropoutStretch, stop = std::min(end, (stretch + 1) * kDropoutStretch);
    parts.push_back(bits_of(begin, stop, stretch_key(mask.key, stretch), x.options().dtype(at::kLong)));
    begin = stop;
  }
  const at::Tensor keep = (at::cat(parts) >= static_cast<std::int64_t>(drop_threshold(mask.p))).view(x.sizes());
  return (x * (1.0 / (1.0 - mask.p))).masked_fill(keep.logical_not(), 0);  // a product would keep NaN, Inf and signs
}

}  // namespace prenorm::ops
