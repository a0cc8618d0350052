#include "prenorm/optim/gradient_norm.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "prenorm/machine/profile.h"
#include "prenorm/ops/cpu/dispatch.h"
#include "prenorm/ops/cpu/example_squares.h"

namespace prenorm::optim {
namespace {

profile::Operator norm_op{"gradient sum and norm", profile::Takes::kAllWorkers};

// Partial sums of fixed size, added in order: the result does not depend on how threads share them.
constexpr std::int64_t kBlock = 1 << 14;

template <class T>
PRENORM_INLINE void move_to_sum(T* sum, T* x, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) {
    sum[i] += x[i];
    x[i] = 0;
  }
}

}  // namespace

double sum_and_norm(std::span<const at::Tensor> replicas) {
  const at::Tensor& first = replicas.front();
  const std::int64_t n = first.numel(), blocks = (n + kBlock - 1) / kBlock;
  const profile::Timer timer(norm_op, 0, static_cast<double>(first.nbytes() * (3 * replicas.size() - 2)));
  std::vector<double> sums(static_cast<std::size_t>(blocks));
  AT_DISPATCH_FLOATING_TYPES(first.scalar_type(), "sum_and_norm", [&] {
    at::parallel_for(0, blocks, 4, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t b = begin; b < end; ++b) {
        const std::int64_t at = b * kBlock, count = std::min(kBlock, n - at);
        auto* sum = first.data_ptr<scalar_t>() + at;
        for (const at::Tensor& other : replicas.subspan(1))
          ops::cpu::run_loops<move_to_sum<scalar_t>>(sum, other.data_ptr<scalar_t>() + at, count);
        sums[static_cast<std::size_t>(b)] = ops::cpu::sum_of_squares(sum, count);
      }
    });
  });
  double total = 0;
  for (const double s : sums) total += s;
  return std::sqrt(total);
}

double clip_factor(double norm, double limit) { return limit > 0 && norm > limit ? limit / norm : 1.0; }

double l2_norm(const at::Tensor& gradients) {
  const at::Tensor flat = gradients.contiguous();
  return sum_and_norm({&flat, 1});
}

}  // namespace prenorm::optim
