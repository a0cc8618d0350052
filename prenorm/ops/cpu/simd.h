// GCC's vector types, for kernels whose sums must stay in registers; ops/cpu/dispatch.h runs them.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "prenorm/ops/cpu/dispatch.h"

namespace prenorm::ops::cpu {

// Rows in scratch memory are whole numbers of the widest vector.
constexpr std::int64_t kWidestVector = 64;
template <class T>
constexpr std::int64_t padded(std::int64_t count) {
  constexpr auto kLanes = kWidestVector / static_cast<std::int64_t>(sizeof(T));
  return (count + kLanes - 1) / kLanes * kLanes;
}

template <class T, int kBytes>
struct Simd {
  using Integer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  using Vector __attribute__((vector_size(kBytes))) = T;
  using Integers __attribute__((vector_size(kBytes))) = Integer;
  static constexpr int kLanes = kBytes / static_cast<int>(sizeof(T));
  using Lanes = std::make_index_sequence<kLanes>;
};

template <class V, class T>
PRENORM_INLINE void load(V& x, const T* from) {
  __builtin_memcpy(&x, from, sizeof x);
}
template <class V, class T>
PRENORM_INLINE void store(T* to, const V& x) {
  __builtin_memcpy(to, &x, sizeof x);
}

// Exchanges blocks of kSize lanes between two vectors: a step of transposing.
template <int kSize, class V, std::size_t... k>
PRENORM_INLINE void exchange(V& a, V& b, std::index_sequence<k...>) {
  constexpr std::size_t kLanes = sizeof...(k);
  const V low = __builtin_shufflevector(a, b, (k & kSize ? kLanes + k - kSize : k)...);
  const V high = __builtin_shufflevector(a, b, (k & kSize ? kLanes + k : k + kSize)...);
  a = low;
  b = high;
}

// A sum or maximum over all lanes, in a fixed order.
template <int kStep, class V, std::size_t... k>
PRENORM_INLINE void sum_lanes(V& x, std::index_sequence<k...> lanes) {
  x += __builtin_shufflevector(x, x, (k ^ kStep)...);
  if constexpr (kStep > 1) sum_lanes<kStep / 2>(x, lanes);
}
template <int kStep, class V, std::size_t... k>
PRENORM_INLINE void max_lanes(V& x, std::index_sequence<k...> lanes) {
  const V other = __builtin_shufflevector(x, x, (k ^ kStep)...);
  x = other > x ? other : x;
  if constexpr (kStep > 1) max_lanes<kStep / 2>(x, lanes);
}

template <std::size_t... k, class V>
PRENORM_INLINE void lane_numbers(V& x, std::index_sequence<k...>) {
  x = V{static_cast<std::remove_cvref_t<decltype(x[0])>>(k)...};
}

}  // namespace prenorm::ops::cpu
