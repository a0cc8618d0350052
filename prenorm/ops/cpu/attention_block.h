// Code shared by the forward and the backward pass of attention: blocks of scores, dropout masks, exponentials.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "prenorm/base/random.h"
#include "prenorm/ops/cpu/attention.h"
#include "prenorm/ops/cpu/exp.h"
#include "prenorm/ops/cpu/simd.h"
#include "prenorm/ops/dropout.h"

namespace prenorm::ops::cpu {

// Number of keys in a block. It is constant, not a function of the length, so that the start of a causal sequence has
// the same bits whatever follows.
constexpr std::int64_t kKeyBlock = kAttentionBlock;

// A block of queries [query, query + rows) against keys [key, key + columns) of a span, both counted from its start.
struct Block {
  std::int64_t query, rows, key, columns;
  std::int64_t diagonal() const { return query - key; }
  bool cut(const AttentionSpan& s) const { return s.causal && key + columns > query + 1; }
  std::int64_t visible(const AttentionSpan& s, std::int64_t row) const {
    return s.causal ? std::clamp<std::int64_t>(diagonal() + row + 1, 0, columns) : columns;
  }
};

// Dropout factors of the probabilities of a query's row from `begin` on: 0 if dropped, 1
// (1 - p) if kept.
template <class T>
PRENORM_INLINE void draw_dropout(T* factors, std::int64_t begin, std::int64_t count, const AttentionSpan& s,
                                 std::int64_t query) {
  const std::uint64_t key =
      mix_key({s.dropout_key, static_cast<std::uint64_t>((s.first_row + query) * s.num_heads + s.head)});
  const std::uint32_t threshold = drop_threshold(s.dropout);
  const T scale = static_cast<T>(1.0 / (1.0 - s.dropout));
  for (std::int64_t j = 0; j < count; ++j)
    factors[j] = dropout_bits(key, static_cast<std::uint32_t>(begin + j)) >= threshold ? scale : T(0);
}

// Below this, a probability is set to zero: next to the largest it changes nothing, and products with it could be
// denormal numbers, which are slow.
template <class T>
constexpr T kLowestExponent = sizeof(T) == 4 ? T(-60) : T(-600);

template <class S, class T, class V = typename S::Vector>
PRENORM_INLINE void exponential(V& x) {
  const V lowest = V{} + kLowestExponent<T>, zero = {};
  const auto low = x < lowest;
  exp_of_negative<T, V, typename S::Integers>(x);
  x = low ? zero : x;
}

// Replaces the lanes from `count` on.
template <class S, class V>
PRENORM_INLINE void fill_from(V& x, std::int64_t count, const V& filler) {
  typename S::Integers lane;
  lane_numbers(lane, typename S::Lanes());
  x = lane < static_cast<typename S::Integer>(count) ? x : filler;
}

// Adds the bias of the visible keys to a row of scores.
template <class T>
PRENORM_INLINE void add_score_bias(const AttentionSpan& s, const Block& b, std::int64_t row, Rows<const T> bias,
                                   T* scores) {
  if (bias.data == nullptr) return;
  const T* const added = bias[b.query + row] + b.key;
  const std::int64_t n = b.visible(s, row);
#pragma omp simd
  for (std::int64_t j = 0; j < n; ++j) scores[j] += added[j];
}

template <class T>
T score_scale(const AttentionSpan& s) {
  return T(1) / std::sqrt(static_cast<T>(s.d_head));
}

}  // namespace prenorm::ops::cpu
