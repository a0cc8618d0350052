#include "prenorm/ops/dropout.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/bitwise_right_shift.h>
#include <torch/csrc/autograd/custom_function.h>

#include "prenorm/ops/cpu/dropout.h"

namespace prenorm::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor masked(const at::Tensor& x, double p, std::uint64_t key) {
  return x.is_cpu() ? cpu::apply_dropout(x.contiguous(), p, key) : dropout_composite(x, p, key);
}

struct Dropout : torch::autograd::Function<Dropout> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, double p, std::int64_t key) {
    context->saved_data["p"] = p;
    context->saved_data["key"] = key;
    return masked(x, p, static_cast<std::uint64_t>(key));
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto key = static_cast<std::uint64_t>(context->saved_data["key"].toInt());
    return {masked(gradients[0], context->saved_data["p"].toDouble(), key), {}, {}};
  }
};

}  // namespace

at::Tensor dropout(const at::Tensor& x, double p, std::uint64_t key) {
  if (p <= 0) return x;
  return Dropout::apply(x, p, static_cast<std::int64_t>(key));
}

at::Tensor dropout_composite(const at::Tensor& x, double p, std::uint64_t key) {
  constexpr std::int64_t kMask = 0xffffffff, kIndex = 0x9e3779b9, kFirst = 0x7feb352d, kSecond = 0x846ca68b;
  const auto low = static_cast<std::int64_t>(key & kMask), high = static_cast<std::int64_t>(key >> 32);
  // dropout_bits() in 64-bit integers; products stay exact modulo 2^64, so masking after each step suffices.
  at::Tensor bits = (at::arange(x.numel(), x.options().dtype(at::kLong)) * kIndex + low) & kMask;
  bits = ((bits ^ (at::bitwise_right_shift(bits, 16))) * kFirst) & kMask;
  bits = ((bits ^ (at::bitwise_right_shift(bits, 15))) + high) & kMask;
  bits = ((bits ^ (at::bitwise_right_shift(bits, 15))) * kSecond) & kMask;
  bits = bits ^ (at::bitwise_right_shift(bits, 16));
  const at::Tensor keep = (bits >= static_cast<std::int64_t>(drop_threshold(p))).view(x.sizes());
  return (x * (1.0 / (1.0 - p))).masked_fill(keep.logical_not(), 0);  // a product would keep NaN, Inf and signs
}

}  // namespace prenorm::ops
