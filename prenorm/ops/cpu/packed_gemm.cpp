#include "prenorm/ops/cpu/packed_gemm.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstring>

#include "prenorm/ops/cpu/scratch.h"
#include "prenorm/ops/cpu/simd.h"
#include "prenorm/ops/cpu/small_product.h"

namespace prenorm::ops::cpu {
namespace {

// A tile of 12 rows and two vectors of columns is summed in 24 of the 32 registers. A panel of two vectors of the right
// operand and all k of a block (32 KiB) stays in the first-level cache next to the rows that pass through; a block of
// the left operand (half a MiB) stays in the second-level cache.
constexpr std::int64_t kTileRows = 12, kTileColumns = 32, kBlockInner = kOneBlockInner, kBlockRows = 45 * kTileRows;
constexpr std::int64_t kLine = 16;                        // elements per cache line, and per vector
constexpr std::int64_t kGroupRows = 4 * kTileRows;        // whole lines of a left operand whose columns are contiguous
constexpr std::int64_t kFewestRows = 8 * kTileRows;       // with fewer, packing the right operand costs too much
constexpr std::int64_t kRowsAhead = 4, kInnersAhead = 8;  // prefetch distance of the copies

template <class Kernel, class... Arguments>
void run_wide([[maybe_unused]] Arguments... arguments) {
#if PRENORM_X86_LEVELS
  run_at_v4<Kernel>(arguments...);
#endif
}

// The product of a block's rows with one panel. The left operand is stored either as rows of k, `left_row` apart, or
// (kPanels) as panels of kTileRows columns: left(i, k) = left[i
// 12 * 12 * inner + k * 12 + i % 12].
struct PanelProduct {
  float* out;
  std::int64_t out_stride;
  const float* left;
  std::int64_t left_row;
  const float* panel;  // [inner, kTileColumns]
  std::int64_t rows, inner;
  float scale;
  bool accumulate;
  const float* bias;  // for the panel's columns, or null
  bool relu;
  float* squares;  // [rows, kLine], to which squares of the sums are added by row, or null
  // The source of the next panel, in cache lines that the tiles prefetch in turn: right(k, j) as in PackedProduct.
  const float* next;
  std::int64_t next_inner, next_column;
};

// One line per kLine steps of k, so that fetching never delays multiplying.
[[maybe_unused]] PRENORM_INLINE const float* lines_to_fetch(const PanelProduct& p, std::int64_t tile) {
  if (p.next_inner == 1) return p.next + std::min(tile, kTileColumns - 1) * p.next_column;
  const std::int64_t line = std::min(tile * kLine, 2 * p.inner - 1);
  return p.next + line % p.inner * p.next_inner + line / p.inner * kLine;
}

template <int kRows, bool kPanels>
PRENORM_INLINE void multiply_tile(const PanelProduct& p, std::int64_t row) {
  using V = Simd<float, 64>::Vector;
  V sums[kRows][2];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) sums[r][0] = sums[r][1] = V{};
  // Every third row has its own pointer: the others are within reach of one instruction's address.
  const float *rows[4], *panel = p.panel;
  const float* left = p.left + (kPanels ? row / kTileRows * kTileRows * p.inner + row % kTileRows : row * p.left_row);
  for (std::int64_t r = 0; r < 4; ++r) rows[r] = left + 3 * r * p.left_row;
  float* const out = p.out + row * p.out_stride;
  const float* fetched = lines_to_fetch(p, row / kTileRows);
  const std::int64_t fetch_step = p.next_inner == 1 ? kLine : p.next_inner;
  for (std::int64_t begin = 0, chunk = 0; begin < p.inner; begin += kLine, ++chunk, fetched += fetch_step) {
    if (chunk < kRows) {
      __builtin_prefetch(out + chunk * p.out_stride, 1);
      __builtin_prefetch(out + chunk * p.out_stride + kLine, 1);
    }
    __builtin_prefetch(fetched, 0, 2);
    const std::int64_t steps = std::min(kLine, p.inner - begin);
    for (std::int64_t k = 0; k < steps; ++k, panel += kTileColumns) {
      V right[2];
      load(right[0], panel);
      load(right[1], panel + kLine);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const V x = (kPanels ? left[k * kTileRows + r] : rows[r / 3][r % 3 * p.left_row + k]) - V{};  // in every lane
        sums[r][0] += x * right[0];
        sums[r][1] += x * right[1];
      }
    }
    left += steps * kTileRows;
    for (int r = 0; r < 4; ++r) rows[r] += steps;
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r)
    for (int c = 0; c < 2; ++c) {
      float* const to = out + r * p.out_stride + c * kLine;
      V old{};
      if (p.accumulate) load(old, to);
      V result = old + p.scale * sums[r][c];
      if (p.bias != nullptr) {
        V bias;
        load(bias, p.bias + c * kLine);
        result += bias;
        if (p.relu) result = result < V{} ? V{} : result;  // so that NaN stays NaN
      }
      store(to, result);
    }
  if (p.squares == nullptr) return;
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
    float* const to = p.squares + (row + r) * kLine;
    V total;
    load(total, to);
    store(to, total + sums[r][0] * sums[r][0] + sums[r][1] * sums[r][1]);
  }
}

struct MultiplyPanel {
  template <int kBytes>
  static PRENORM_INLINE void run(const PanelProduct* product, bool panels) {
    return panels ? all_rows<true>(*product) : all_rows<false>(*product);
  }
  template <bool kPanels>
  static PRENORM_INLINE void all_rows(const PanelProduct& p) {
    std::int64_t row = 0;
    for (; row + kTileRows <= p.rows; row += kTileRows) multiply_tile<kTileRows, kPanels>(p, row);
    for (; row + 8 <= p.rows; row += 8) multiply_tile<8, kPanels>(p, row);
    for (; row + 4 <= p.rows; row += 4) multiply_tile<4, kPanels>(p, row);
    for (; row < p.rows; ++row) multiply_tile<1, kPanels>(p, row);
  }
};

// Copies [inner] numbers of each row from rows that lie further apart: rows half a page apart, for example, would share
// few cache sets.
struct CopyRows {
  template <int kBytes>
  static PRENORM_INLINE void run(float* to, const float* from, std::int64_t stride, std::int64_t rows,
                                 std::int64_t inner) {
    for (std::int64_t row = 0; row < rows; ++row, from += stride, to += inner) {
      const float* ahead = from + (row + kRowsAhead < rows ? kRowsAhead * stride : 0);
      std::int64_t k = 0;
      for (; k + kLine <= inner; k += kLine) {
        __builtin_prefetch(ahead + k);
        std::memcpy(to + k, from + k, kLine * sizeof(float));
      }
      for (; k < inner; ++k) to[k] = from[k];
    }
  }
};

// Panels of kTileRows columns of `from`, [inner, rows] at `stride`; if `sums` is given, scale times the sum of each is
// added to sums[row].
struct CopyColumns {
  template <int kBytes>
  static PRENORM_INLINE void run(float* to, const float* from, std::int64_t stride, std::int64_t rows,
                                 std::int64_t inner, float* sums, float scale) {
    for (std::int64_t row = 0; row < rows; row += kGroupRows, to += kGroupRows * inner) {
      const float* line = from + row;
      const std::int64_t count = std::min(kGroupRows, rows - row);
      float total[kGroupRows] = {};
      for (std::int64_t k = 0; k < inner; ++k, line += stride) {
        const float* ahead = line + (k + kInnersAhead < inner ? kInnersAhead * stride : 0);
        for (std::int64_t r = 0; r < kGroupRows; r += kLine) __builtin_prefetch(ahead + r);
        float* out = to + k * kTileRows;
        if (count == kGroupRows) {
          for (std::int64_t r = 0; r < kGroupRows; ++r) total[r] += line[r];
          for (int panel = 0; panel < 4; ++panel)
            std::memcpy(out + panel * kTileRows * inner, line + panel * kTileRows, kTileRows * sizeof(float));
        } else {
          for (std::int64_t r = 0; r < count; ++r) {
            total[r] += line[r];
            out[r / kTileRows * kTileRows * inner + r % kTileRows] = line[r];
          }
        }
      }
      if (sums == nullptr) continue;
      for (std::int64_t r = 0; r < count; ++r) sums[row + r] += scale * total[r];
    }
  }
};

// A panel of a right operand whose rows are contiguous. Copies of a fixed size need no function call.
struct CopyPanel {
  template <int kBytes>
  static PRENORM_INLINE void run(float* to, const float* from, std::int64_t stride, std::int64_t inner,
                                 std::int64_t columns) {
    for (std::int64_t k = 0; k < inner; ++k, from += stride, to += kTileColumns) {
      if (columns == kTileColumns)
        std::memcpy(to, from, kTileColumns * sizeof(float));
      else
        std::copy_n(from, columns, to);
    }
  }
};

// Columns beyond `columns` get arbitrary numbers.
void copy_panel(float* to, const float* from, const PackedProduct& p, std::int64_t inner, std::int64_t columns) {
  if (p.right_inner == 1) return transpose(to, kTileColumns, from, p.right_column, columns, inner);
  run_wide<CopyPanel>(to, from, p.right_inner, inner, columns);
}

void clear_columns_from(std::int64_t first, float* panel, std::int64_t inner) {
  for (std::int64_t k = 0; k < inner; ++k)
    std::fill(panel + k * kTileColumns + first, panel + (k + 1) * kTileColumns, 0.0F);
}

// Adds the squares of each row, left in kLine partial sums.
void add_row_squares(double* to, const float* squares, std::int64_t rows, float scale) {
  for (std::int64_t r = 0; r < rows; ++r, squares += kLine) {
    double sum = 0;
    for (std::int64_t i = 0; i < kLine; ++i) sum += static_cast<double>(squares[i]);
    to[r] += static_cast<double>(scale) * static_cast<double>(scale) * sum;
  }
}

// All results of one block of rows and of k.
void multiply_block(const PackedProduct& p, std::int64_t row, std::int64_t rows, std::int64_t first,
                    std::int64_t inner) {
  const std::int64_t squares_size = p.row_squares != nullptr ? rows * kLine : 0;
  Scratch<float> scratch(kBlockInner * (kBlockRows + kTileColumns) + (kBlockRows + 1) * kTileColumns + squares_size);
  float* const panel = scratch.take(kBlockInner * kTileColumns);
  float* const copy = scratch.take(kBlockInner * kBlockRows);
  float* const edge = scratch.take(kBlockRows * kTileColumns);
  float* const edge_bias = scratch.take(kTileColumns);
  float* const squares =
      squares_size > 0 ? std::fill_n(scratch.take(squares_size), squares_size, 0.0F) - squares_size : nullptr;
  const float* const bias = first + inner == p.inner ? p.bias : nullptr;  // added with the last block of k
  const bool panels = p.left_inner != 1;
  const float* left = p.left + row * p.left_row + first * p.left_inner;
  float* const sums = p.left_sums != nullptr ? p.left_sums + row : nullptr;
  if (panels) run_wide<CopyColumns>(copy, left, p.left_inner, rows, inner, sums, p.scale);
  if (!panels && p.left_row != inner) run_wide<CopyRows>(copy, left, p.left_row, rows, inner);
  if (panels || p.left_row != inner) left = copy;

  for (std::int64_t column = 0; column < p.columns; column += kTileColumns) {
    const std::int64_t columns = std::min(kTileColumns, p.columns - column);
    const float* right = p.right + first * p.right_inner + column * p.right_column;
    const float* next = column + 2 * kTileColumns <= p.columns ? right + kTileColumns * p.right_column : right;
    copy_panel(panel, right, p, inner, columns);
    const std::size_t width = static_cast<std::size_t>(columns) * sizeof(float);
    float* const out = p.out + row * p.out_stride + column;
    PanelProduct product{out,
                         p.out_stride,
                         left,
                         inner,
                         panel,
                         rows,
                         inner,
                         p.scale,
                         p.accumulate || first > 0,
                         bias != nullptr ? bias + column : nullptr,
                         p.relu,
                         squares,
                         next,
                         p.right_inner,
                         p.right_column};
    if (columns == kTileColumns) {
      run_wide<MultiplyPanel>(&product, panels);
      continue;
    }
    if (bias != nullptr) product.bias = std::copy_n(bias + column, columns, edge_bias) - columns;
    if (squares != nullptr) clear_columns_from(columns, panel, inner);
    product.out = edge;
    product.out_stride = kTileColumns;
    if (product.accumulate)
      for (std::int64_t r = 0; r < rows; ++r) std::memcpy(edge + r * kTileColumns, out + r * p.out_stride, width);
    run_wide<MultiplyPanel>(&product, panels);
    for (std::int64_t r = 0; r < rows; ++r) std::memcpy(out + r * p.out_stride, edge + r * kTileColumns, width);
  }
  if (squares != nullptr) add_row_squares(p.row_squares + row, squares, rows, p.scale);
}

constexpr std::int64_t blocks(std::int64_t count, std::int64_t largest) { return (count + largest - 1) / largest; }
constexpr std::int64_t multiple_above(std::int64_t count, std::int64_t unit) { return blocks(count, unit) * unit; }

}  // namespace

bool packed_gemm_runs() { return cpu_level() == CpuLevel::kV4; }

bool packed_gemm_pays(const PackedProduct& p) {
  return packed_gemm_runs() && p.rows >= kFewestRows && p.columns >= kTileColumns && p.inner >= kTileColumns;
}

void packed_gemm(const PackedProduct& p) {
  const std::int64_t inner = multiple_above(blocks(p.inner, blocks(p.inner, kBlockInner)), kLine);
  at::parallel_for(0, blocks(p.rows, kGroupRows), 1, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first = begin * kGroupRows, last = std::min(end * kGroupRows, p.rows);
    const std::int64_t rows = multiple_above(blocks(last - first, blocks(last - first, kBlockRows)), kTileRows);
    for (std::int64_t k = 0; k < p.inner; k += inner)
      for (std::int64_t row = first; row < last; row += rows)
        multiply_block(p, row, std::min(rows, last - row), k, std::min(inner, p.inner - k));
  });
}

}  // namespace prenorm::ops::cpu
