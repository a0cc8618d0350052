#include "prenorm/ops/cpu/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "prenorm/base/random.h"
#include "prenorm/ops/cpu/target.h"
#include "prenorm/ops/dropout.h"

namespace prenorm::ops::cpu {
namespace {

template <class T>
inline T dot(const T* a, const T* b, std::int64_t n) {
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

template <class T>
inline void add_scaled(T* y, const T* x, T scale, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) y[i] += scale * x[i];
}

// Turns scores into exponentials of their distance to the largest; returns (largest, sum).
template <class T>
inline std::pair<T, T> exponentiate(T* scores, std::int64_t n) {
  T highest = -std::numeric_limits<T>::infinity();
  for (std::int64_t j = 0; j < n; ++j) highest = std::max(highest, scores[j]);
  T sum = 0;
  for (std::int64_t j = 0; j < n; ++j) sum += scores[j] = std::exp(scores[j] - highest);
  return {highest, sum};
}

// Factor of probability j of a query's row: 0 if dropped, 1 / (1 - p) if kept.
struct RowDropout {
  RowDropout(const AttentionSpan& span, std::int64_t query)
      : key(mix_key({span.dropout_key, static_cast<std::uint64_t>(query * span.num_heads + span.head)})),
        threshold(drop_threshold(span.dropout)),
        scale(1.0 / (1.0 - span.dropout)) {}
  double operator()(std::int64_t j) const {
    return dropout_bits(key, static_cast<std::uint32_t>(j)) >= threshold ? scale : 0.0;
  }
  std::uint64_t key;
  std::uint32_t threshold;
  double scale;
};

inline std::int64_t visible_keys(const AttentionSpan& s, std::int64_t query) {
  const std::int64_t all = s.key_end - s.key_begin;
  return s.causal ? std::min(all, query - s.query_begin + 1) : all;
}

}  // namespace

template <class T>
PRENORM_KERNEL void attention_forward_kernel(const AttentionSpan& s, const AttentionInput<T>& in, Rows<T> out,
                                             T* log_sum_exp, T* scores) {
  const T scale = T(1) / std::sqrt(static_cast<T>(s.d_head));
  for (std::int64_t i = s.query_begin; i < s.query_end; ++i) {
    const std::int64_t n = visible_keys(s, i);
    const T* query = in.query[i] + s.column;
    for (std::int64_t j = 0; j < n; ++j) scores[j] = scale * dot(query, in.key[s.key_begin + j] + s.column, s.d_head);
    const auto [highest, sum] = exponentiate(scores, n);
    log_sum_exp[i * s.num_heads + s.head] = highest + std::log(sum);
    T* y = out[i] + s.column;
    std::fill(y, y + s.d_head, T(0));
    const RowDropout mask(s, i);
    for (std::int64_t j = 0; j < n; ++j) {
      const T weight = scores[j] / sum * (s.dropout > 0 ? static_cast<T>(mask(j)) : T(1));
      add_scaled(y, in.value[s.key_begin + j] + s.column, weight, s.d_head);
    }
  }
}

// With p the probabilities, m the dropout factors and D_i = Σ_j dp_ij p_ij = dO_i · O_i (Dao et al. 2022, eq. 4):
// dV_j += m_ij p_ij dO_i, dp_ij = m_ij dO_i · V_j, ds_ij = p_ij (dp_ij - D_i), dQ_i += ds_ij K_j / √d_head, dK_j
// likewise.
template <class T>
PRENORM_KERNEL void attention_backward_kernel(const AttentionSpan& s, const AttentionInput<T>& in,
                                              const AttentionGradient<T>& g) {
  const T scale = T(1) / std::sqrt(static_cast<T>(s.d_head));
  for (std::int64_t i = s.query_begin; i < s.query_end; ++i) {
    const T* query = in.query[i] + s.column;
    const T* grad_out = g.grad_out[i] + s.column;
    T* grad_query = g.grad_query[i] + s.column;
    const T correction = dot(grad_out, g.out[i] + s.column, s.d_head);
    const T lse = g.log_sum_exp[i * s.num_heads + s.head];
    const RowDropout mask(s, i);
    const std::int64_t n = visible_keys(s, i);
    for (std::int64_t j = 0; j < n; ++j) {
      const std::int64_t row = s.key_begin + j;
      const T* key = in.key[row] + s.column;
      const T probability = std::exp(scale * dot(query, key, s.d_head) - lse);
      const T factor = s.dropout > 0 ? static_cast<T>(mask(j)) : T(1);
      add_scaled(g.grad_value[row] + s.column, grad_out, factor * probability, s.d_head);
      const T grad_probability = factor * dot(grad_out, in.value[row] + s.column, s.d_head);
      const T grad_score = scale * probability * (grad_probability - correction);
      add_scaled(grad_query, key, grad_score, s.d_head);
      add_scaled(g.grad_key[row] + s.column, query, grad_score, s.d_head);
    }
  }
}

template <class T>
PRENORM_KERNEL void attention_picked_kernel(const T* query, Rows<const T> key, Rows<const T> value,
                                            const std::int64_t* picks, std::int64_t count, std::int64_t d_head, T* out,
                                            T* scores) {
  const T scale = T(1) / std::sqrt(static_cast<T>(d_head));
  for (std::int64_t j = 0; j < count; ++j) scores[j] = scale * dot(query, key[picks[j]], d_head);
  const T sum = exponentiate(scores, count).second;
  std::fill(out, out + d_head, T(0));
  for (std::int64_t j = 0; j < count; ++j) add_scaled(out, value[picks[j]], scores[j] / sum, d_head);
}

template <class T>
void attention_forward(const AttentionSpan& span, const AttentionInput<T>& in, Rows<T> out, T* log_sum_exp,
                       T* scratch) {
  attention_forward_kernel<T>(span, in, out, log_sum_exp, scratch);
}
template <class T>
void attention_backward(const AttentionSpan& span, const AttentionInput<T>& in, const AttentionGradient<T>& gradient) {
  attention_backward_kernel<T>(span, in, gradient);
}
template <class T>
void attention_picked(const T* query, Rows<const T> key, Rows<const T> value, const std::int64_t* picks,
                      std::int64_t count, std::int64_t d_head, T* out, T* scratch) {
  attention_picked_kernel<T>(query, key, value, picks, count, d_head, out, scratch);
}

#define PRENORM_INSTANTIATE(T)                                                                                      \
  template void attention_forward<T>(const AttentionSpan&, const AttentionInput<T>&, Rows<T>, T*, T*);              \
  template void attention_backward<T>(const AttentionSpan&, const AttentionInput<T>&, const AttentionGradient<T>&); \
  template void attention_picked<T>(const T*, Rows<const T>, Rows<const T>, const std::int64_t*, std::int64_t,      \
                                    std::int64_t, T*, T*);
PRENORM_INSTANTIATE(float)
PRENORM_INSTANTIATE(double)
#undef PRENORM_INSTANTIATE

}  // namespace prenorm::ops::cpu
