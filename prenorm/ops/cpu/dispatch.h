// Builds a kernel once for each level of instructions and chooses one at run time (ops/cpu_level.h). There are two
// forms. Everything that they call is inlined, because only inlined code is built for the wider sets:
//
//   * run_loops<function<T>>(arguments...) for a PRENORM_INLINE function of plain loops, which the compiler vectorises.
//     Sums inside are marked `omp simd reduction`.
//   * run_vectors<Kernel>(arguments...) for a class with a static member `template <int kBytes> void run(arguments...)`
//     that uses vectors of kBytes (ops/cpu/simd.h), for sums that must stay in registers.
#pragma once

#include <cstdint>

#include "prenorm/ops/cpu_level.h"

#define PRENORM_INLINE inline __attribute__((always_inline))

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PRENORM_X86_LEVELS 1
#else
#define PRENORM_X86_LEVELS 0
#endif

namespace prenorm::ops::cpu {

// The names of these three and of what they run appear in the symbols of the library; tests/ops/built_code_test.cpp
// finds the kernels by them.
#if PRENORM_X86_LEVELS
template <class Kernel, class... Arguments>
__attribute__((target("arch=x86-64-v4"), flatten, noinline, noclone)) auto run_at_v4(Arguments... arguments) {
  return Kernel::template run<64>(arguments...);
}
template <class Kernel, class... Arguments>
__attribute__((target("arch=x86-64-v3"), flatten, noinline, noclone)) auto run_at_v3(Arguments... arguments) {
  return Kernel::template run<32>(arguments...);
}
#endif
template <class Kernel, class... Arguments>
__attribute__((flatten)) auto run_at_baseline(Arguments... arguments) {
  return Kernel::template run<16>(arguments...);
}

template <class Kernel, class... Arguments>
auto run_vectors(Arguments... arguments) {
#if PRENORM_X86_LEVELS
  const CpuLevel level = cpu_level();
  if (level == CpuLevel::kV4) return run_at_v4<Kernel>(arguments...);
  if (level == CpuLevel::kV3) return run_at_v3<Kernel>(arguments...);
#endif
  return run_at_baseline<Kernel>(arguments...);
}

// The kBytes that run_vectors() chooses.
inline std::int64_t vector_bytes() {
#if PRENORM_X86_LEVELS
  const CpuLevel level = cpu_level();
  if (level == CpuLevel::kV4) return 64;
  if (level == CpuLevel::kV3) return 32;
#endif
  return 16;
}

template <auto kFunction>
struct Loops {
  template <int kBytes, class... Arguments>
  static PRENORM_INLINE auto run(Arguments... arguments) {
    return kFunction(arguments...);
  }
};

template <auto kFunction, class... Arguments>
auto run_loops(Arguments... arguments) {
  return run_vectors<Loops<kFunction>>(arguments...);
}

}  // namespace prenorm::ops::cpu
