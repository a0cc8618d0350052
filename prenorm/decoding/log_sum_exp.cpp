#include "prenorm/decoding/log_sum_exp.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "prenorm/ops/cpu/target.h"

namespace prenorm::decoding {
namespace {

// Summed in the values' own precision, so that the loop is vectorised; blocks are added up in double.
constexpr std::int64_t kBlock = 512;

inline double exp_of_negative(double x) { return std::exp(x); }

// e^x for x <= 0 in a form that compilers vectorise: with x = n ln 2 + r and |r| <= ln 2 / 2, e^r by its Taylor series
// (its first omitted term is below 1.2e-7), times 2^n by way of the exponent bits.
inline float exp_of_negative(float x) {
  constexpr float kRound = 0x1.8p23F;  // adding it rounds to an integer, which the low bits then hold
  x = x < -87.0F ? -87.0F : x;         // below, the result would be no normal number
  const float shifted = x * 1.44269504F + kRound;
  const float n = shifted - kRound;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;  // ln 2 in two parts: n times the first is exact
  float sum = 1.0F / 720;
  sum = sum * r + 1.0F / 120;
  sum = sum * r + 1.0F / 24;
  sum = sum * r + 1.0F / 6;
  sum = sum * r + 0.5F;
  sum = sum * r + 1.0F;
  sum = sum * r + 1.0F;
  const auto exponent = std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(kRound) + 127;
  return sum * std::bit_cast<float>(exponent << 23);
}

}  // namespace

template <class T>
PRENORM_KERNEL double log_sum_exp_kernel(const T* values, std::int64_t count) {
  T highest = -std::numeric_limits<T>::infinity();
  // Not std::max, whose references keep the loop from being vectorised.
#pragma omp simd reduction(max : highest)
  for (std::int64_t i = 0; i < count; ++i) highest = values[i] > highest ? values[i] : highest;
  double sum = 0;
  for (std::int64_t begin = 0; begin < count; begin += kBlock) {
    const std::int64_t end = std::min(begin + kBlock, count);
    T part = 0;
#pragma omp simd reduction(+ : part)
    for (std::int64_t i = begin; i < end; ++i) part += exp_of_negative(values[i] - highest);
    sum += part;
  }
  return highest + std::log(sum);
}

template <class T>
double log_sum_exp(const T* values, std::int64_t count) {
  return log_sum_exp_kernel<T>(values, count);
}
template double log_sum_exp<float>(const float*, std::int64_t);
template double log_sum_exp<double>(const double*, std::int64_t);

}  // namespace prenorm::decoding
