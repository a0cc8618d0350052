#include "prenorm/ops/cpu/dropout.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty_like.h>

#include "prenorm/ops/cpu/target.h"
#include "prenorm/ops/dropout.h"

namespace prenorm::ops::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 15;

template <class T>
PRENORM_KERNEL void kernel(const T* x, T* y, std::int64_t begin, std::int64_t end, std::uint64_t key,
                           std::uint32_t threshold, T scale) {
  for (std::int64_t i = begin; i < end; ++i)
    y[i] = dropout_bits(key, static_cast<std::uint32_t>(i)) >= threshold ? x[i] * scale : T(0);
}

}  // namespace

at::Tensor apply_dropout(const at::Tensor& x, double p, std::uint64_t key) {
  at::Tensor y = at::empty_like(x);
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "dropout", [&] {
    const auto* in = x.data_ptr<scalar_t>();
    auto* out = y.data_ptr<scalar_t>();
    at::parallel_for(0, x.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      kernel<scalar_t>(in, out, begin, end, key, drop_threshold(p), static_cast<scalar_t>(1.0 / (1.0 - p)));
    });
  });
  return y;
}

}  // namespace prenorm::ops::cpu
