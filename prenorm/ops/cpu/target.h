// PRENORM_KERNEL before a function builds it for a baseline, AVX2 and AVX-512 and chooses at program start. Only plain
// loops in such functions: the compiler vectorises them. Sums inside are marked `omp simd reduction`.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define PRENORM_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PRENORM_KERNEL
#endif
