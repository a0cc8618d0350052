#include "prenorm/ops/dropout.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/bitwise_right_shift.h>
#include <torch/csrc/autograd/custom_function.h>

#include "prenorm/ops/cpu/dropout.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/ops/saved_mask.h"

namespace prenorm::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor masked(const at::Tensor& x, const DropoutMask& mask) {
  return use_kernels(x) ? cpu::apply_dropout(x.contiguous(), mask) : dropout_composite(x, mask);
}

struct Dropout : torch::autograd::Function<Dropout> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const DropoutMask& mask) {
    save_mask(context, mask);
    return masked(x, mask);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    return {masked(gradients[0], saved_mask(context)), {}};
  }
};

}  // namespace

at::Tensor dropout(const at::Tensor& x, const DropoutMask& mask) { return mask.p > 0 ? Dropout::apply(x, mask) : x; }

at::Tensor dropout_composite(const at::Tensor& x, const DropoutMask& mask) {
  if (mask.p <= 0) return x;
  constexpr std::int64_t kMask = 0xffffffff, kIndex = 0x9e3779b9, kFirst = 0x7feb352d, kSecond = 0x846ca68b;
  const auto low = static_cast<std::int64_t>(mask.key & kMask), high = static_cast<std::int64_t>(mask.key >> 32);
  // dropout_bits() in 64-bit integers; products stay exact modulo 2^64, so masking after each step suffices.
  const std::int64_t first = mask.first_element;
  at::Tensor bits = at::arange(first, first + x.numel(), x.options().dtype(at::kLong)) & kMask;
  bits = (bits * kIndex + low) & kMask;
  bits = ((bits ^ (at::bitwise_right_shift(bits, 16))) * kFirst) & kMask;
  bits = ((bits ^ (at::bitwise_right_shift(bits, 15))) + high) & kMask;
  bits = ((bits ^ (at::bitwise_right_shift(bits, 15))) * kSecond) & kMask;
  bits = bits ^ (at::bitwise_right_shift(bits, 16));
  const at::Tensor keep = (bits >= static_cast<std::int64_t>(drop_threshold(mask.p))).view(x.sizes());
  return (x * (1.0 / (1.0 - mask.p))).masked_fill(keep.logical_not(), 0);  // a product would keep NaN, Inf and signs
}

}  // namespace prenorm::ops
