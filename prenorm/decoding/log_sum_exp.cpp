#include "prenorm/decoding/log_sum_exp.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "prenorm/ops/cpu/dispatch.h"
#include "prenorm/ops/cpu/exp.h"

namespace prenorm::decoding {
namespace {

// Summed in the precision of the values, so that the loop is vectorised; blocks are added in double.
constexpr std::int64_t kBlock = 512;

template <class T>
PRENORM_INLINE T exponential(T x) {
  ops::cpu::exp_of_negative<T>(x);
  return x;
}

}  // namespace

template <class T>
PRENORM_INLINE double log_sum_exp_kernel(const T* values, std::int64_t count) {
  T highest = -std::numeric_limits<T>::infinity();
  // Not std::max, whose references keep the loop from being vectorised.
#pragma omp simd reduction(max : highest)
  for (std::int64_t i = 0; i < count; ++i) highest = values[i] > highest ? values[i] : highest;
  double sum = 0;
  for (std::int64_t begin = 0; begin < count; begin += kBlock) {
    const std::int64_t end = std::min(begin + kBlock, count);
    T part = 0;
#pragma omp simd reduction(+ : part)
    for (std::int64_t i = begin; i < end; ++i) part += exponential(values[i] - highest);
    sum += part;
  }
  return highest + std::log(sum);
}

template <class T>
double log_sum_exp(const T* values, std::int64_t count) {
  return ops::cpu::run_loops<log_sum_exp_kernel<T>>(values, count);
}
template double log_sum_exp<float>(const float*, std::int64_t);
template double log_sum_exp<double>(const double*, std::int64_t);

}  // namespace prenorm::decoding
