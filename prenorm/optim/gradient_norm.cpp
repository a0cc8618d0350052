#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <vector>

#include "prenorm/ops/cpu/target.h"
#include "prenorm/optim/optimizer.h"

namespace prenorm::optim {
namespace {

// Partial sums of fixed size, added in order: the result does not depend on how threads share them.
constexpr std::int64_t kBlock = 1 << 14;

template <class T>
PRENORM_KERNEL double sum_of_squares(const T* x, std::int64_t n) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return sum;
}

}  // namespace

double l2_norm(const at::Tensor& gradients) {
  const std::int64_t n = gradients.numel(), blocks = (n + kBlock - 1) / kBlock;
  std::vector<double> sums(static_cast<std::size_t>(blocks));
  const at::Tensor flat = gradients.contiguous();
  AT_DISPATCH_FLOATING_TYPES(flat.scalar_type(), "l2_norm", [&] {
    const auto* x = flat.data_ptr<scalar_t>();
    at::parallel_for(0, blocks, 4, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t b = begin; b < end; ++b)
        sums[static_cast<std::size_t>(b)] = sum_of_squares<scalar_t>(x + b * kBlock, std::min(kBlock, n - b * kBlock));
    });
  });
  double total = 0;
  for (const double s : sums) total += s;
  return std::sqrt(total);
}

}  // namespace prenorm::optim
