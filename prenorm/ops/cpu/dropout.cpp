#include "prenorm/ops/cpu/dropout.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty_like.h>

#include "prenorm/machine/profile.h"
#include "prenorm/ops/cpu/dispatch.h"

namespace prenorm::ops::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 15;

profile::Operator op{"dropout"};

template <class T>
PRENORM_INLINE void kernel(const T* x, T* y, std::int64_t begin, std::int64_t end, const ElementDropout<T> drop) {
  drop.over(0, begin, end, [&](std::int64_t from, std::int64_t to, const auto& stretch) {
#pragma omp simd
    for (std::int64_t i = from; i < to; ++i) y[i] = stretch(x[i], i);
  });
}

}  // namespace

at::Tensor apply_dropout(const at::Tensor& x, const DropoutMask& mask) {
  const profile::Timer timer(op, 0, static_cast<double>(2 * x.numel() * x.element_size()));
  at::Tensor y = at::empty_like(x);
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "dropout", [&] {
    const auto* in = x.data_ptr<scalar_t>();
    auto* out = y.data_ptr<scalar_t>();
    at::parallel_for(0, x.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      run_loops<kernel<scalar_t>>(in, out, begin, end, ElementDropout<scalar_t>(mask));
    });
  });
  return y;
}

}  // namespace prenorm::ops::cpu
