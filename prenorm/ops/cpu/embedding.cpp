#include "prenorm/ops/cpu/embedding.h"

#include <ATen/Dispatch.h>
#include <ATen/ops/empty.h>

#include "prenorm/machine/profile.h"
#include "prenorm/ops/cpu/dispatch.h"
#include "prenorm/ops/cpu/dropout.h"
#include "prenorm/ops/cpu/row_blocks.h"

namespace prenorm::ops::cpu {
namespace {

profile::Operator forward_op{"embedding, forward"}, backward_op{"embedding, backward"};

constexpr std::int64_t kBlockColumns = 64;

template <class T>
PRENORM_INLINE void embed_kernel(const T* token, const T* position, T scale, T* y, std::int64_t columns,
                                 std::int64_t first, bool drops, const ElementDropout<T> drop) {
#pragma omp simd
  for (std::int64_t c = 0; c < columns; ++c) y[c] = scale * token[c] + position[c];
  if (!drops) return;
  drop.over(first, 0, columns, [&](std::int64_t from, std::int64_t to, const auto& stretch) {
#pragma omp simd
    for (std::int64_t c = from; c < to; ++c) y[c] = stretch(y[c], c);
  });
}

template <class T>
PRENORM_INLINE void add_row_kernel(T* sum, const T* grad, T scale, std::int64_t begin, std::int64_t end,
                                   std::int64_t first, bool drops, const ElementDropout<T> drop) {
  if (drops) {
    drop.over(first, begin, end, [&](std::int64_t from, std::int64_t to, const auto& stretch) {
#pragma omp simd
      for (std::int64_t c = from; c < to; ++c) sum[c] += scale * stretch(grad[c], c);
    });
  } else {
#pragma omp simd
    for (std::int64_t c = begin; c < end; ++c) sum[c] += scale * grad[c];
  }
}

}  // namespace

at::Tensor embed(const at::Tensor& ids, const at::Tensor& positions, const EmbeddingTables& tables,
                 const DropoutMask& mask) {
  const std::int64_t rows = ids.numel(), columns = tables.tokens.size(1);
  at::Tensor y = at::empty({rows, columns}, tables.tokens.options());
  const profile::Timer timer(forward_op, 0, bytes_of(y, 3));
  const auto *id = ids.data_ptr<std::int64_t>(), *place = positions.data_ptr<std::int64_t>();
  AT_DISPATCH_FLOATING_TYPES(y.scalar_type(), "embedding", [&] {
    const auto *tokens = tables.tokens.data_ptr<scalar_t>(), *table = tables.positions.data_ptr<scalar_t>();
    auto* out = y.data_ptr<scalar_t>();
    const ElementDropout<scalar_t> drop(mask);
    for_each_row_block(rows, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r)
        run_loops<embed_kernel<scalar_t>>(tokens + id[r] * columns, table + place[r] * columns,
                                          static_cast<scalar_t>(tables.scale), out + r * columns, columns, r * columns,
                                          mask.p > 0, drop);
    });
  });
  return y;
}

// Threads divide the columns, since an id may occur several times.
void add_to_rows(at::Tensor& grad_table, const at::Tensor& rows, const at::Tensor& grad, double scale,
                 const DropoutMask& mask) {
  const profile::Timer timer(backward_op, 0, bytes_of(grad, 3));
  const std::int64_t columns = grad_table.size(1);
  const auto* row = rows.data_ptr<std::int64_t>();
  AT_DISPATCH_FLOATING_TYPES(grad.scalar_type(), "embedding_backward", [&] {
    auto* table = grad_table.data_ptr<scalar_t>();
    const auto* g = grad.data_ptr<scalar_t>();
    const ElementDropout<scalar_t> drop(mask);
    at::parallel_for(0, (columns + kBlockColumns - 1) / kBlockColumns, 1, [&](std::int64_t first, std::int64_t last) {
      const std::int64_t begin = first * kBlockColumns, end = std::min(columns, last * kBlockColumns);
      for (std::int64_t i = 0; i < rows.numel(); ++i)
        run_loops<add_row_kernel<scalar_t>>(table + row[i] * columns, g + i * columns, static_cast<scalar_t>(scale),
                                            begin, end, i * columns, mask.p > 0, drop);
    });
  });
}

}  // namespace prenorm::ops::cpu
