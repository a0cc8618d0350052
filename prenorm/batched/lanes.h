// Matrices whose elements are vectors: one lane for each problem of a block. Included by the sources of kernels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "prenorm/batched/graph.h"
#include "prenorm/ops/cpu/simd.h"

namespace prenorm::batched {

// Steps count elements of T, lanes included.
template <class T>
struct Lanes {
  T* start = nullptr;
  std::int64_t rows = 0, columns = 0, row_step = 0, column_step = 0;

  T* at(std::int64_t i, std::int64_t j) const { return start + i * row_step + j * column_step; }
  Lanes transposed() const { return {start, columns, rows, column_step, row_step}; }
};

// All values of a block, or all gradients: the regions of the graph one after the other.
template <class T>
struct BlockMemory {
  T* regions[kRegions];

  Lanes<T> of(const Layout& l, std::int64_t lanes) const {
    return {regions[static_cast<std::size_t>(l.region)] + l.first * lanes, l.rows, l.columns, l.row_step * lanes,
            l.column_step * lanes};
  }
};

// out = left right, added to `init` where that has a start (it may be `out`).
template <class T>
struct LanesProduct {
  Lanes<T> out, left, right, init;
};

// Rows and columns of results that are kept in registers. Evenly sized tiles: 5 columns are 3 + 2, not 4 + 1.
template <int kBytes>
constexpr int kTileSide = kBytes == 64 ? 4 : 3;

template <class V, class T, std::size_t... i>
PRENORM_INLINE void load_steps(V* to, const T* from, std::int64_t step, std::index_sequence<i...>) {
  (ops::cpu::load(to[i], from + static_cast<std::int64_t>(i) * step), ...);
}
template <class V, std::size_t... c>
PRENORM_INLINE void add_products(V* sums, const V& left, const V* right, std::index_sequence<c...>) {
  ((sums[c] += left * right[c]), ...);
}
template <class V, class Columns, std::size_t... r>
PRENORM_INLINE void add_outer(V* sums, const V* left, const V* right, Columns columns, std::index_sequence<r...>) {
  (add_products(sums + r * Columns::size(), left[r], right, columns), ...);
}
template <class V, class T, class Columns, std::size_t... r>
PRENORM_INLINE void load_tile(V* sums, const Lanes<T>& from, std::int64_t i, std::int64_t j, Columns columns,
                              std::index_sequence<r...>) {
  (load_steps(sums + r * Columns::size(), from.at(i + static_cast<std::int64_t>(r), j), from.column_step, columns),
   ...);
}
template <class V, class T, std::size_t... c>
PRENORM_INLINE void store_steps(T* to, std::int64_t step, const V* from, std::index_sequence<c...>) {
  (ops::cpu::store(to + static_cast<std::int64_t>(c) * step, from[c]), ...);
}
template <class V, class T, class Columns, std::size_t... r>
PRENORM_INLINE void store_tile(const Lanes<T>& to, std::int64_t i, std::int64_t j, const V* sums, Columns columns,
                               std::index_sequence<r...>) {
  (store_steps(to.at(i + static_cast<std::int64_t>(r), j), to.column_step, sums + r * Columns::size(), columns), ...);
}
template <class V, std::size_t... i>
PRENORM_INLINE void clear_tile(V* sums, std::index_sequence<i...>) {
  ((sums[i] = V{}), ...);
}

template <int kBytes, int kRows, int kColumns, class T>
PRENORM_INLINE void multiply_tile(const LanesProduct<T>& p, std::int64_t i, std::int64_t j) {
  using V = typename ops::cpu::Simd<T, kBytes>::Vector;
  constexpr std::make_index_sequence<kRows> kR;
  constexpr std::make_index_sequence<kColumns> kC;
  V sums[kRows * kColumns];
  if (p.init.start != nullptr)
    load_tile(sums, p.init, i, j, kC, kR);
  else
    clear_tile(sums, std::make_index_sequence<std::size_t{kRows} * kColumns>());
  const T *left = p.left.at(i, 0), *right = p.right.at(0, j);
  for (std::int64_t k = 0; k < p.left.columns; ++k, left += p.left.column_step, right += p.right.row_step) {
    V x[kRows], y[kColumns];
    load_steps(x, left, p.left.row_step, kR);
    load_steps(y, right, p.right.column_step, kC);
    add_outer(sums, x, y, kC, kR);
  }
  store_tile(p.out, i, j, sums, kC, kR);
}

template <int kBytes, int kRows, int kColumns, class T>
PRENORM_INLINE void multiply_columns(const LanesProduct<T>& p, std::int64_t i, std::int64_t j, std::int64_t columns) {
  if (columns == kColumns) return multiply_tile<kBytes, kRows, kColumns>(p, i, j);
  if constexpr (kColumns > 1) multiply_columns<kBytes, kRows, kColumns - 1>(p, i, j, columns);
}
template <int kBytes, int kRows, class T>
PRENORM_INLINE void multiply_rows(const LanesProduct<T>& p, std::int64_t i, std::int64_t rows) {
  if (rows == kRows) {
    constexpr std::int64_t kSide = kTileSide<kBytes>;
    std::int64_t tiles = (p.out.columns + kSide - 1) / kSide;
    for (std::int64_t j = 0, columns = 0; j < p.out.columns; j += columns, --tiles) {
      columns = (p.out.columns - j + tiles - 1) / tiles;
      multiply_columns<kBytes, kRows, kSide>(p, i, j, columns);
    }
    return;
  }
  if constexpr (kRows > 1) multiply_rows<kBytes, kRows - 1>(p, i, rows);
}

template <int kBytes, class T>
PRENORM_INLINE void multiply(const LanesProduct<T>& p) {
  constexpr std::int64_t kSide = kTileSide<kBytes>;
  std::int64_t tiles = (p.out.rows + kSide - 1) / kSide;
  for (std::int64_t i = 0, rows = 0; i < p.out.rows; i += rows, --tiles) {
    rows = (p.out.rows - i + tiles - 1) / tiles;
    multiply_rows<kBytes, kSide>(p, i, rows);
  }
}

}  // namespace prenorm::batched
