#include "prenorm/ops/cpu/rows_sum.h"

#include "prenorm/ops/cpu/dispatch.h"

namespace prenorm::ops::cpu {
namespace {

template <class T>
PRENORM_INLINE void add_rows_kernel(const T* rows, std::int64_t count, std::int64_t columns, T* sums) {
  for (std::int64_t r = 0; r < count; ++r, rows += columns) {
#pragma omp simd
    for (std::int64_t c = 0; c < columns; ++c) sums[c] += rows[c];
  }
}

}  // namespace

template <class T>
void add_rows(const T* rows, std::int64_t count, std::int64_t columns, T* sums) {
  run_loops<add_rows_kernel<T>>(rows, count, columns, sums);
}
template void add_rows<float>(const float*, std::int64_t, std::int64_t, float*);
template void add_rows<double>(const double*, std::int64_t, std::int64_t, double*);

}  // namespace prenorm::ops::cpu
