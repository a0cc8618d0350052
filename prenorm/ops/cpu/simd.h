// Kernels written with GCC's vector types, built for vectors of 16, 32 and 64 bytes and chosen while running. A kernel
// is a class with a static member `template <int kBytes> void run(arguments...)`; it and all it calls are marked
// PRENORM_INLINE, for only what is inlined is compiled for the wider instruction sets. (target.h is the simpler way for
// loops the compiler vectorises by itself.)
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#define PRENORM_INLINE inline __attribute__((always_inline))

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PRENORM_SIMD_TARGETS 1
#else
#define PRENORM_SIMD_TARGETS 0
#endif

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

#if PRENORM_SIMD_TARGETS
template <class Kernel, class... Arguments>
__attribute__((target("arch=x86-64-v4"))) void run_64(Arguments... arguments) {
  Kernel::template run<64>(arguments...);
}
template <class Kernel, class... Arguments>
__attribute__((target("arch=x86-64-v3"))) void run_32(Arguments... arguments) {
  Kernel::template run<32>(arguments...);
}
#endif
template <class Kernel, class... Arguments>
void run_16(Arguments... arguments) {
  Kernel::template run<16>(arguments...);
}

inline int widest_vector() {
#if PRENORM_SIMD_TARGETS
  static const int bytes = __builtin_cpu_supports("x86-64-v4") ? 64 : __builtin_cpu_supports("x86-64-v3") ? 32 : 16;
  return bytes;
#else
  return 16;
#endif
}

template <class Kernel, class... Arguments>
void run_widest(Arguments... arguments) {
#if PRENORM_SIMD_TARGETS
  const int bytes = widest_vector();
  if (bytes == 64) return run_64<Kernel>(arguments...);
  if (bytes == 32) return run_32<Kernel>(arguments...);
#endif
  run_16<Kernel>(arguments...);
}

}  // namespace prenorm::ops::cpu
