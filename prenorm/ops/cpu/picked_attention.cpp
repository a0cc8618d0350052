#include "prenorm/ops/cpu/picked_attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "prenorm/ops/cpu/exp.h"
#include "prenorm/ops/cpu/scratch.h"
#include "prenorm/ops/cpu/simd.h"

namespace prenorm::ops::cpu {
namespace {

constexpr int kGroup = 4;  // number of picks whose sums are in registers at a time

template <class V, class T, std::size_t... r>
PRENORM_INLINE void add_products(V* sums, const V& x, const T* const* rows, std::int64_t column,
                                 std::index_sequence<r...>) {
  V y[sizeof...(r)];
  (load(y[r], rows[r] + column), ...);
  ((sums[r] += x * y[r]), ...);
}
template <class S, class V, std::size_t... r>
PRENORM_INLINE void sum_each(V* sums, std::index_sequence<r...>) {
  (sum_lanes<S::kLanes / 2>(sums[r], typename S::Lanes()), ...);
}
template <class V, class T, std::size_t... c>
PRENORM_INLINE void add_scaled(V* sums, T weight, const T* row, std::index_sequence<c...>) {
  V y[sizeof...(c)];
  (load(y[c], row + c * (sizeof(V) / sizeof(T))), ...);
  ((sums[c] += weight * y[c]), ...);
}
template <class V, class T, std::size_t... c>
PRENORM_INLINE void store_all(T* to, const V* x, std::index_sequence<c...>) {
  (store(to + c * (sizeof(V) / sizeof(T)), x[c]), ...);
}

template <class T>
struct Picked {
  const T* query;
  Rows<const T> key, value;
  const std::int64_t* picks;
  const T* bias;
  std::int64_t count, num_heads, d_head;
  T* out;
  T* weights;  // [num_heads, stride]
  std::int64_t stride;
};

struct Attend {
  template <int kBytes, class T>
  static PRENORM_INLINE void run(const Picked<T>* picked) {
    using S = Simd<T, kBytes>;
    const Picked<T> p = *picked;
    for (std::int64_t j = 0; j < p.count; j += kGroup) scores<S>(p, j);
    for (std::int64_t head = 0; head < p.num_heads; ++head) {
      if (p.bias != nullptr)
        for (std::int64_t j = 0; j < p.count; ++j) p.weights[head * p.stride + j] += p.bias[j];
      softmax<S>(p, p.weights + head * p.stride);
      const T* weights = p.weights + head * p.stride;
      std::int64_t c = 0;
      for (; c + 4 * S::kLanes <= p.d_head; c += 4 * S::kLanes) weighted_sum<S, 4>(p, weights, head * p.d_head + c);
      for (; c + S::kLanes <= p.d_head; c += S::kLanes) weighted_sum<S, 1>(p, weights, head * p.d_head + c);
      for (; c < p.d_head; ++c) {
        T sum = 0;
        for (std::int64_t j = 0; j < p.count; ++j) sum += weights[j] * p.value[p.picks[j]][head * p.d_head + c];
        p.out[head * p.d_head + c] = sum;
      }
    }
  }

 private:
  // Scores of picks j.. of all heads. Beyond the last pick it computes that one again (those scores are not used).
  template <class S, class T>
  static PRENORM_INLINE void scores(const Picked<T>& p, std::int64_t j) {
    using V = typename S::Vector;
    constexpr std::make_index_sequence<kGroup> kRows;
    const T scale = T(1) / std::sqrt(static_cast<T>(p.d_head));
    const T* rows[kGroup];
    for (int r = 0; r < kGroup; ++r) rows[r] = p.key[p.picks[std::min(j + r, p.count - 1)]];
    for (std::int64_t head = 0; head < p.num_heads; ++head) {
      const std::int64_t end = (head + 1) * p.d_head;
      V sums[kGroup] = {};
      std::int64_t c = head * p.d_head;
      for (; c + S::kLanes <= end; c += S::kLanes) {
        V x;
        load(x, p.query + c);
        add_products(sums, x, rows, c, kRows);
      }
      sum_each<S>(sums, kRows);
      T totals[kGroup];
      for (int r = 0; r < kGroup; ++r) totals[r] = sums[r][0];
      for (; c < end; ++c)
        for (int r = 0; r < kGroup; ++r) totals[r] += p.query[c] * rows[r][c];
      for (int r = 0; r < kGroup; ++r) p.weights[head * p.stride + j + r] = scale * totals[r];
    }
  }

  template <class S, class T>
  static PRENORM_INLINE void softmax(const Picked<T>& p, T* weights) {
    using V = typename S::Vector;
    // The row consists of whole vectors: entries beyond the last pick become zeros.
    std::fill(weights + p.count, weights + p.stride, -std::numeric_limits<T>::infinity());
    V highest = V{} - std::numeric_limits<T>::infinity(), sum = {}, x;
    for (std::int64_t j = 0; j < p.count; j += S::kLanes) {
      load(x, weights + j);
      highest = x > highest ? x : highest;
    }
    max_lanes<S::kLanes / 2>(highest, typename S::Lanes());
    for (std::int64_t j = 0; j < p.count; j += S::kLanes) {
      load(x, weights + j);
      x -= highest;
      exp_of_negative<T, V, typename S::Integers>(x);
      store(weights + j, x);
    }
    std::fill(weights + p.count, weights + p.stride, T(0));
    for (std::int64_t j = 0; j < p.count; j += S::kLanes) {
      load(x, weights + j);
      sum += x;
    }
    sum_lanes<S::kLanes / 2>(sum, typename S::Lanes());
    for (std::int64_t j = 0; j < p.count; j += S::kLanes) {
      load(x, weights + j);
      store(weights + j, x / sum);
    }
  }

  template <class S, int kVectors, class T>
  static PRENORM_INLINE void weighted_sum(const Picked<T>& p, const T* weights, std::int64_t column) {
    using V = typename S::Vector;
    constexpr std::make_index_sequence<kVectors> kColumns;
    V even[kVectors] = {}, odd[kVectors] = {};
    std::int64_t j = 0;
    for (; j + 2 <= p.count; j += 2) {
      add_scaled(even, weights[j], p.value[p.picks[j]] + column, kColumns);
      add_scaled(odd, weights[j + 1], p.value[p.picks[j + 1]] + column, kColumns);
    }
    if (j < p.count) add_scaled(even, weights[j], p.value[p.picks[j]] + column, kColumns);
    for (int c = 0; c < kVectors; ++c) even[c] += odd[c];
    store_all(p.out + column, even, kColumns);
  }
};

}  // namespace

template <class T>
void attention_picked(const T* query, Rows<const T> key, Rows<const T> value, const std::int64_t* picks, const T* bias,
                      std::int64_t count, std::int64_t num_heads, std::int64_t d_head, T* out) {
  if (count == 0) {
    std::fill_n(out, num_heads * d_head, T(0));
    return;
  }
  const std::int64_t stride = padded<T>(count);
  Scratch<T> scratch(num_heads * stride);
  const Picked<T> p{query, key, value, picks, bias, count, num_heads, d_head, out, scratch.take(num_heads * stride),
                    stride};
  run_vectors<Attend>(&p);
}
template void attention_picked<float>(const float*, Rows<const float>, Rows<const float>, const std::int64_t*,
                                      const float*, std::int64_t, std::int64_t, std::int64_t, float*);
template void attention_picked<double>(const double*, Rows<const double>, Rows<const double>, const std::int64_t*,
                                       const double*, std::int64_t, std::int64_t, std::int64_t, double*);

}  // namespace prenorm::ops::cpu
