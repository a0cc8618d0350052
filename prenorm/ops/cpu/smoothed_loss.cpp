#include "prenorm/ops/cpu/smoothed_loss.h"

#include <ATen/Dispatch.h>

#include <cmath>
#include <limits>
#include <vector>

#include "prenorm/machine/profile.h"
#include "prenorm/ops/cpu/dispatch.h"
#include "prenorm/ops/cpu/exp.h"
#include "prenorm/ops/cpu/row_blocks.h"

namespace prenorm::ops::cpu {
namespace {

profile::Operator op{"softmax and cross-entropy"};

// Summed in the precision of the logits, so that the loop is vectorised; parts are added in double.
constexpr std::int64_t kPart = 512;

struct RowSums {
  double log_normalizer, logit_sum;
};

// Leaves e^(z - max) in the row if kKeep, and returns 1
// their sum through `inverse`.
template <class T, bool kKeep>
PRENORM_INLINE RowSums normalize_kernel(T* row, std::int64_t count, T* inverse) {
  T highest = -std::numeric_limits<T>::infinity();
#pragma omp simd reduction(max : highest)
  for (std::int64_t c = 0; c < count; ++c) highest = row[c] > highest ? row[c] : highest;
  double sum = 0, logit_sum = 0;
  for (std::int64_t begin = 0; begin < count; begin += kPart) {
    const std::int64_t end = std::min(begin + kPart, count);
    T part = 0, logits = 0;
#pragma omp simd reduction(+ : part, logits)
    for (std::int64_t c = begin; c < end; ++c) {
      T e = row[c] - highest;
      logits += row[c];
      exp_of_negative<T>(e);
      part += e;
      if constexpr (kKeep) row[c] = e;
    }
    sum += part;
    logit_sum += logits;
  }
  *inverse = static_cast<T>(1 / sum);
  return {static_cast<double>(highest) + std::log(sum), logit_sum};
}

template <class T>
PRENORM_INLINE void gradient_kernel(T* row, std::int64_t count, T inverse, T floor) {
#pragma omp simd
  for (std::int64_t c = 0; c < count; ++c) row[c] = row[c] * inverse - floor;
}

template <class T>
LossSums loss_of_row(T* row, std::int64_t count, std::int64_t target, double smoothing, bool want_gradient) {
  const double target_logit = row[target];
  T inverse;
  const RowSums sums = want_gradient ? run_loops<normalize_kernel<T, true>>(row, count, &inverse)
                                     : run_loops<normalize_kernel<T, false>>(row, count, &inverse);
  if (want_gradient) {
    run_loops<gradient_kernel<T>>(row, count, inverse, static_cast<T>(smoothing / static_cast<double>(count)));
    row[target] -= static_cast<T>(1 - smoothing);
  }
  const double nll = sums.log_normalizer - target_logit;
  const double uniform = sums.log_normalizer - sums.logit_sum / static_cast<double>(count);
  return {(1 - smoothing) * nll + (smoothing > 0 ? smoothing * uniform : 0), nll};
}

}  // namespace

LossSums smoothed_loss(at::Tensor& logits, const at::Tensor& targets, double smoothing, bool want_gradient) {
  const profile::Timer timer(op, 0, static_cast<double>((want_gradient ? 2 : 1) * logits.nbytes()));
  const std::int64_t rows = logits.size(0), vocabulary = logits.size(1);
  std::vector<LossSums> by_block(static_cast<std::size_t>(row_blocks(rows)));
  const auto* target = targets.data_ptr<std::int64_t>();
  AT_DISPATCH_FLOATING_TYPES(logits.scalar_type(), "smoothed_loss", [&] {
    auto* z = logits.data_ptr<scalar_t>();
    for_each_row_block(rows, [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
      LossSums& sums = by_block[static_cast<std::size_t>(block)];
      for (std::int64_t r = begin; r < end; ++r) {
        const LossSums row = loss_of_row(z + r * vocabulary, vocabulary, target[r], smoothing, want_gradient);
        sums.loss += row.loss;
        sums.nll += row.nll;
      }
    });
  });
  LossSums total;
  for (const LossSums& sums : by_block) {
    total.loss += sums.loss;
    total.nll += sums.nll;
  }
  return total;
}

}  // namespace prenorm::ops::cpu
