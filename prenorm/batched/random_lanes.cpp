#include "prenorm/batched/random_lanes.h"

#include <bit>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/ops/cpu/dispatch.h"

namespace prenorm::batched {
namespace {

// The element's number goes through two rounds of multiplications and shifts, a bijection of 32 bits that mixes well
// ("triple32" of hash-prospector, 2018), with a key of the problem before each.
PRENORM_INLINE std::uint32_t mixed(std::uint32_t element, std::uint32_t key, std::uint32_t other_key) {
  std::uint32_t x = (element + 1) * 0x9e3779b9U ^ key;
  x = (x ^ (x >> 17)) * 0xed5ad4bbU;
  x = ((x ^ (x >> 11)) + other_key) * 0xac4c1b51U;
  x = (x ^ (x >> 15)) * 0x31848babU;
  return x ^ (x >> 14);
}

// Uniform in [0, 1): multiples of 2^-24.
PRENORM_INLINE float unit(std::uint32_t bits) {
  return static_cast<float>(static_cast<std::int32_t>(bits >> 8)) * 0x1p-24F;
}

// ln x for x > 0: exponent and mantissa in [2/3, 4/3), whose logarithm is 2 artanh((m - 1) / (m + 1)).
PRENORM_INLINE float log_of(float x) {
  const std::int32_t bits = std::bit_cast<std::int32_t>(x), exponent = (bits - 0x3f2aaaab) >> 23;
  const float m = std::bit_cast<float>(bits - (exponent << 23)), s = (m - 1) / (m + 1), s2 = s * s;
  const float series = s * (2 + s2 * (0.666666667F + s2 * (0.4F + s2 * (0.285714286F + s2 * 0.222222222F))));
  return static_cast<float>(exponent) * 0.693147181F + series;
}

// cos(2 pi u) for u in [0, 1): by quarters, with Taylor's series of sine and cosine up to pi/4.
PRENORM_INLINE float cosine_of_turn(float u) {
  const float quarters = 4 * u, nearest = std::floor(quarters + 0.5F), r = (quarters - nearest) * 1.57079633F;
  const float r2 = r * r;
  const float sine = r * (1 + r2 * (-0.166666667F + r2 * (8.33333333e-3F + r2 * -1.98412698e-4F)));
  const float cosine = 1 + r2 * (-0.5F + r2 * (4.16666667e-2F + r2 * (-1.38888889e-3F + r2 * 2.48015873e-5F)));
  const auto quarter = static_cast<std::int32_t>(nearest) & 3;
  const float value = (quarter & 1) != 0 ? sine : cosine;
  return quarter == 1 || quarter == 2 ? -value : value;
}

template <class T>
PRENORM_INLINE void uniform_loop(T* out, std::int64_t count, std::int64_t lanes, std::uint32_t element,
                                 const std::uint32_t* keys, T low, T range) {
  for (std::int64_t i = 0; i < count; ++i, out += lanes, ++element)
#pragma omp simd
    for (std::int64_t l = 0; l < lanes; ++l)
      out[l] = low + range * static_cast<T>(unit(mixed(element, keys[l], keys[64 + l])));
}

// Box and Muller 1958, one number of each pair.
template <class T>
PRENORM_INLINE void normal_loop(T* out, std::int64_t count, std::int64_t lanes, std::uint32_t element,
                                const std::uint32_t* keys) {
  for (std::int64_t i = 0; i < count; ++i, out += lanes, element += 2)
#pragma omp simd
    for (std::int64_t l = 0; l < lanes; ++l) {
      const float u = unit(mixed(element, keys[l], keys[64 + l])), v = unit(mixed(element + 1, keys[l], keys[64 + l]));
      out[l] = static_cast<T>(std::sqrt(-2 * log_of(1 - u)) * cosine_of_turn(v));
    }
}

}  // namespace

template <class T>
RandomLanes<T>::RandomLanes(std::uint64_t key, const ProblemBlock<T>& block) : lanes_(block.lanes) {
  if (lanes_ > 64) throw_error<Error>("batched::RandomLanes: {} lanes, more than 64", lanes_);
  for (std::int64_t l = 0; l < lanes_; ++l) {
    const std::uint64_t k = mix_key({key, static_cast<std::uint64_t>(block.first + l)});
    keys_[0][l] = static_cast<std::uint32_t>(k);
    keys_[1][l] = static_cast<std::uint32_t>(k >> 32);
  }
}

template <class T>
void RandomLanes<T>::uniform(T* out, std::int64_t count, double low, double high) {
  ops::cpu::run_loops<uniform_loop<T>>(out, count, lanes_, element_, &keys_[0][0], static_cast<T>(low),
                                       static_cast<T>(high - low));
  element_ += static_cast<std::uint32_t>(count);
}

template <class T>
void RandomLanes<T>::normal(T* out, std::int64_t count) {
  ops::cpu::run_loops<normal_loop<T>>(out, count, lanes_, element_, &keys_[0][0]);
  element_ += static_cast<std::uint32_t>(2 * count);
}

template class RandomLanes<float>;
template class RandomLanes<double>;

}  // namespace prenorm::batched
