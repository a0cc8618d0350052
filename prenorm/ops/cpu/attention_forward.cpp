#include <algorithm>
#include <cmath>
#include <limits>

#include "prenorm/ops/cpu/attention.h"
#include "prenorm/ops/cpu/attention_block.h"
#include "prenorm/ops/cpu/scratch.h"
#include "prenorm/ops/cpu/simd.h"
#include "prenorm/ops/cpu/small_product.h"

namespace prenorm::ops::cpu {
namespace {

// The state of a row of a block after the previous blocks of keys: (largest score, sum of exponentials relative to it).
template <class T>
struct RowState {
  T highest, sum;
};

// Scores become exponentials relative to the largest so far, times the dropout factors. `state` is updated, and `out`,
// the weighted sum so far, is rescaled to the new largest.
struct SoftmaxRows {
  template <int kBytes, class T>
  static PRENORM_INLINE void run(const AttentionSpan* s, const Block* b, Rows<const T> bias, T* scores,
                                 std::int64_t stride, RowState<T>* states, T* out, std::int64_t out_stride) {
    for (std::int64_t row = 0; row < b->rows; ++row) {
      add_score_bias(*s, *b, row, bias, scores + row * stride);
      run_row<Simd<T, kBytes>>(*s, *b, row, scores + row * stride, states[row], out + row * out_stride);
    }
  }

 private:
  template <class S, class T>
  static PRENORM_INLINE void run_row(const AttentionSpan& s, const Block& b, std::int64_t row, T* scores,
                                     RowState<T>& state, T* out) {
    using V = typename S::Vector;
    constexpr T kInfinity = std::numeric_limits<T>::infinity();
    const std::int64_t n = b.visible(s, row), full = n / S::kLanes * S::kLanes, width = padded<T>(b.columns);
    V highest = V{} + state.highest, x;
    for (std::int64_t j = 0; j < full; j += S::kLanes) {
      load(x, scores + j);
      highest = x > highest ? x : highest;
    }
    if (full < n) {
      load(x, scores + full);
      fill_from<S>(x, n - full, V{} - kInfinity);
      store(scores + full, x);
      highest = x > highest ? x : highest;
    }
    max_lanes<S::kLanes / 2>(highest, typename S::Lanes());
    alignas(kWidestVector) T factors[kKeyBlock];
    if (s.dropout > 0) draw_dropout(factors, b.key, width, s, s.query_begin + b.query + row);
    V sum = {};
    std::int64_t j = 0;
    for (; j < n; j += S::kLanes) {
      load(x, scores + j);
      x -= highest;
      exponential<S, T>(x);
      sum += x;
      if (s.dropout > 0) {
        V factor;
        load(factor, factors + j);
        x *= factor;
      }
      store(scores + j, x);
    }
    for (; j < width; j += S::kLanes) store(scores + j, V{});
    sum_lanes<S::kLanes / 2>(sum, typename S::Lanes());
    if (b.key > 0) {
      V move = V{} + state.highest - highest;
      exponential<S, T>(move);
      state.sum *= move[0];
      if (move[0] != 1)
        for (std::int64_t c = 0; c < padded<T>(s.d_head); c += S::kLanes) {
          load(x, out + c);
          store(out + c, x * move);
        }
    }
    state = {highest[0], state.sum + sum[0]};
  }
};

}  // namespace

template <class T>
void attention_forward(const AttentionSpan& s, std::int64_t block, const AttentionInput<T>& in, Rows<T> out,
                       T* log_sum_exp) {
  const std::int64_t keys = s.key_end - s.key_begin, first = block * kAttentionBlock, d = s.d_head;
  const std::int64_t rows = std::min(kAttentionBlock, s.query_end - s.query_begin - first), width = padded<T>(d);
  const std::int64_t most_keys = std::min(keys, kKeyBlock), stride = padded<T>(most_keys);
  Scratch<T> scratch(rows * (2 * width + stride) + (most_keys + d) * std::max(width, stride));
  T* const query = scratch.take(rows * width);
  T* const sum = scratch.take(rows * width);
  T* const scores = scratch.take(rows * stride);
  T* const key = scratch.take(d * stride);
  T* const value = scratch.take(most_keys * width);
  RowState<T> states[kAttentionBlock];
  std::fill(states, states + rows, RowState<T>{-std::numeric_limits<T>::infinity(), T(0)});
  copy_scaled(query, width, in.query[s.query_begin + first] + s.column, in.query.stride, rows, d, score_scale<T>(s));
  const std::int64_t seen = s.causal ? std::min(keys, first + rows) : keys;
  for (std::int64_t begin = 0; begin < seen; begin += kKeyBlock) {
    const Block b{first, rows, begin, std::min(kKeyBlock, seen - begin)};
    const std::int64_t key_row = s.key_begin + begin, columns = padded<T>(b.columns);
    transpose(key, stride, in.key[key_row] + s.column, in.key.stride, b.columns, d);
    copy_scaled(value, width, in.value[key_row] + s.column, in.value.stride, b.columns, d, T(1));
    multiply<T>({scores, stride, query, width, 1, key, stride, rows, columns, d, false,
                 b.cut(s) ? Part::kLowerResult : Part::kAll, b.diagonal()});
    run_vectors<SoftmaxRows>(&s, &b, in.bias, scores, stride, states, sum, width);
    multiply<T>({sum, width, scores, stride, 1, value, width, rows, width, b.columns, begin > 0,
                 b.cut(s) ? Part::kLowerLeft : Part::kAll, b.diagonal()});
  }
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t row = s.query_begin + first + i;
    log_sum_exp[row * s.num_heads + s.head] = states[i].highest + std::log(states[i].sum);
    T* const y = out[row] + s.column;
    if (seen == 0)
      std::fill(y, y + d, T(0));
    else
      copy_scaled(y, d, sum + i * width, width, 1, d, T(1) / states[i].sum);
  }
}

template void attention_forward<float>(const AttentionSpan&, std::int64_t, const AttentionInput<float>&, Rows<float>,
                                       float*);
template void attention_forward<double>(const AttentionSpan&, std::int64_t, const AttentionInput<double>&, Rows<double>,
                                        double*);

}  // namespace prenorm::ops::cpu
