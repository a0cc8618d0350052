#include "prenorm/ops/cpu/small_product.h"

#include <algorithm>

#include "prenorm/ops/cpu/simd.h"

namespace prenorm::ops::cpu {
namespace {

// Rows of results that are kept in registers next to `vectors` vectors of columns: three quarters of the registers (32
// of 64 bytes, or 16) hold sums. Compilers keep arrays in registers only if all indices are constants from the start,
// hence the index sequences.
template <int kBytes>
constexpr int tile_rows(int vectors) {
  if (kBytes == 64) return vectors == 1 ? 16 : 24 / vectors;
  return vectors == 1 ? 8 : 12 / vectors;
}
template <int kBytes>
constexpr int kTileVectors = kBytes == 64 ? 4 : 2;

constexpr int power_of_two_below(int n) {
  int power = 1;
  while (2 * power < n) power *= 2;
  return power;
}

template <class V, class T, std::size_t... c>
PRENORM_INLINE void load_row(V* to, const T* from, std::index_sequence<c...>) {
  (load(to[c], from + c * (sizeof(V) / sizeof(T))), ...);
}
template <class V, class T, std::size_t... c>
PRENORM_INLINE void add_row(V* sums, T left, const V* right, std::index_sequence<c...>) {
  ((sums[c] += left * right[c]), ...);
}
template <class V, class T, class Columns, std::size_t... r>
PRENORM_INLINE void add_outer_product(V* sums, const T* left, std::int64_t left_row, const V* right, Columns columns,
                                      std::index_sequence<r...>) {
  (add_row(sums + r * Columns::size(), left[static_cast<std::int64_t>(r) * left_row], right, columns), ...);
}
template <class V, class T, std::size_t... c>
PRENORM_INLINE void store_row(T* to, const V* sums, bool accumulate, std::index_sequence<c...>) {
  if (accumulate) {
    V old[sizeof...(c)];
    (load(old[c], to + c * (sizeof(V) / sizeof(T))), ...);
    (store(to + c * (sizeof(V) / sizeof(T)), old[c] + sums[c]), ...);
  } else {
    (store(to + c * (sizeof(V) / sizeof(T)), sums[c]), ...);
  }
}
template <class V, class T, class Columns, std::size_t... r>
PRENORM_INLINE void store_tile(T* to, std::int64_t stride, const V* sums, bool accumulate, Columns columns,
                               std::index_sequence<r...>) {
  (store_row(to + static_cast<std::int64_t>(r) * stride, sums + r * Columns::size(), accumulate, columns), ...);
}
template <class V, std::size_t... i>
PRENORM_INLINE void clear(V* sums, std::index_sequence<i...>) {
  ((sums[i] = V{}), ...);
}

template <int kBytes, int kRows, int kVectors, class T>
PRENORM_INLINE void multiply_tile(const SmallProduct<T>& p, std::int64_t row, std::int64_t column) {
  using V = typename Simd<T, kBytes>::Vector;
  constexpr std::make_index_sequence<kVectors> kColumnIndices;
  constexpr std::make_index_sequence<kRows> kRowIndices;
  std::int64_t begin = 0, end = p.inner;
  if (p.part == Part::kLowerLeft) end = std::min(end, row + kRows + p.diagonal);
  if (p.part == Part::kUpperLeft) begin = std::max(begin, row - p.diagonal);
  constexpr std::size_t kSums = std::size_t{kRows} * kVectors;
  V sums[kSums];
  clear(sums, std::make_index_sequence<kSums>());
  const T* left = p.left + row * p.left_row + begin * p.left_inner;
  const T* right = p.right + begin * p.right_stride + column;
  for (std::int64_t k = begin; k < end; ++k, left += p.left_inner, right += p.right_stride) {
    V x[kVectors];
    load_row(x, right, kColumnIndices);
    add_outer_product(sums, left, p.left_row, x, kColumnIndices, kRowIndices);
  }
  store_tile(p.out + row * p.out_stride + column, p.out_stride, sums, p.accumulate, kColumnIndices, kRowIndices);
}

template <int kBytes, int kRows, int kVectors, class T>
PRENORM_INLINE void multiply_rows(const SmallProduct<T>& p, std::int64_t row, std::int64_t column) {
  for (; row + kRows <= p.rows; row += kRows) multiply_tile<kBytes, kRows, kVectors>(p, row, column);
  if constexpr (kRows > 1) multiply_rows<kBytes, power_of_two_below(kRows), kVectors>(p, row, column);
}

struct Multiply {
  template <int kBytes, class T>
  static PRENORM_INLINE void run(const SmallProduct<T>* product) {
    const SmallProduct<T> p = *product;
    constexpr std::int64_t kLanes = Simd<T, kBytes>::kLanes;
    std::int64_t vectors = 0;
    for (std::int64_t column = 0; column < p.columns; column += vectors * kLanes) {
      const std::int64_t left = (p.columns - column) / kLanes;
      vectors = left == kTileVectors<kBytes> + 1 ? left / 2 + 1 : std::min<std::int64_t>(left, kTileVectors<kBytes>);
      const std::int64_t row = p.part == Part::kLowerResult ? std::max<std::int64_t>(0, column - p.diagonal) : 0;
      if (vectors == 1) multiply_rows<kBytes, tile_rows<kBytes>(1), 1>(p, row, column);
      if (vectors == 2) multiply_rows<kBytes, tile_rows<kBytes>(2), 2>(p, row, column);
      if constexpr (kTileVectors<kBytes> == 4) {
        if (vectors == 3) multiply_rows<kBytes, tile_rows<kBytes>(3), 3>(p, row, column);
        if (vectors == 4) multiply_rows<kBytes, tile_rows<kBytes>(4), 4>(p, row, column);
      }
    }
  }
};

template <class V, class T, std::size_t... r>
PRENORM_INLINE void load_rows(V* x, const T* const* rows, std::int64_t column, std::index_sequence<r...>) {
  (load(x[r], rows[r] + column), ...);
}
template <int kSize, class V, class Lanes, std::size_t... pair>
PRENORM_INLINE void exchange_pairs(V* x, Lanes lanes, std::index_sequence<pair...>) {
  // The pairs (r, r + kSize) for all r without the bit kSize.
  (exchange<kSize>(x[pair / kSize * 2 * kSize + pair % kSize], x[pair / kSize * 2 * kSize + pair % kSize + kSize],
                   lanes),
   ...);
}
template <int kSize, class V, class Lanes>
PRENORM_INLINE void transpose_square(V* x, Lanes lanes) {
  exchange_pairs<kSize>(x, lanes, std::make_index_sequence<Lanes::size() / 2>());
  if constexpr (kSize > 1) transpose_square<kSize / 2>(x, lanes);
}
template <class V, class T, std::size_t... r>
PRENORM_INLINE void store_rows(T* to, std::int64_t stride, const V* x, std::index_sequence<r...>) {
  (store(to + static_cast<std::int64_t>(r) * stride, x[r]), ...);
}

struct Transpose {
  template <int kBytes, class T>
  static PRENORM_INLINE void run(T* to, std::int64_t to_stride, const T* from, std::int64_t from_stride,
                                 std::int64_t rows, std::int64_t columns) {
    using S = Simd<T, kBytes>;
    constexpr std::int64_t kLanes = S::kLanes;
    for (std::int64_t row = 0; row < padded<T>(rows); row += kLanes) {
      const T* row_starts[kLanes];
      for (std::int64_t r = 0; r < kLanes; ++r) row_starts[r] = from + std::min(row + r, rows - 1) * from_stride;
      std::int64_t column = 0;
      for (; column + kLanes <= columns; column += kLanes) {
        for (std::int64_t r = 0; r < kLanes; ++r) __builtin_prefetch(row_starts[r] + column + columns);
        typename S::Vector x[kLanes];
        load_rows(x, row_starts, column, typename S::Lanes());
        transpose_square<kLanes / 2>(x, typename S::Lanes());
        store_rows(to + column * to_stride + row, to_stride, x, typename S::Lanes());
      }
      for (; column < columns; ++column)
        for (std::int64_t r = 0; r < kLanes; ++r) to[column * to_stride + row + r] = row_starts[r][column];
    }
  }
};

struct CopyScaled {
  template <int kBytes, class T>
  static PRENORM_INLINE void run(T* to, std::int64_t to_stride, const T* from, std::int64_t from_stride,
                                 std::int64_t rows, std::int64_t columns, T factor) {
    using S = Simd<T, kBytes>;
    for (std::int64_t row = 0; row < rows; ++row, to += to_stride, from += from_stride) {
      std::int64_t column = 0;
      for (; column + S::kLanes <= columns; column += S::kLanes) {
        typename S::Vector x;
        load(x, from + column);
        __builtin_prefetch(from + column + columns);  // most likely the next head
        store(to + column, x * factor);
      }
      for (; column < columns; ++column) to[column] = from[column] * factor;
    }
  }
};

}  // namespace

template <class T>
void multiply(const SmallProduct<T>& product) {
  run_vectors<Multiply>(&product);
}
template <class T>
void transpose(T* to, std::int64_t to_stride, const T* from, std::int64_t from_stride, std::int64_t rows,
               std::int64_t columns) {
  run_vectors<Transpose>(to, to_stride, from, from_stride, rows, columns);
}
template <class T>
void copy_scaled(T* to, std::int64_t to_stride, const T* from, std::int64_t from_stride, std::int64_t rows,
                 std::int64_t columns, T factor) {
  run_vectors<CopyScaled>(to, to_stride, from, from_stride, rows, columns, factor);
}

#define PRENORM_INSTANTIATE(T)                                                                      \
  template void multiply<T>(const SmallProduct<T>&);                                                \
  template void transpose<T>(T*, std::int64_t, const T*, std::int64_t, std::int64_t, std::int64_t); \
  template void copy_scaled<T>(T*, std::int64_t, const T*, std::int64_t, std::int64_t, std::int64_t, T);
PRENORM_INSTANTIATE(float)
PRENORM_INSTANTIATE(double)
#undef PRENORM_INSTANTIATE

}  // namespace prenorm::ops::cpu
