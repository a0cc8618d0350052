// Attention on the CPU, one head of one sequence at a time: blocks of queries against blocks of keys (Dao et al. 2022,
// algorithms 1 and 4), small enough for the caches. Queries, keys and values are rows inside wider matrices, given as a
// pointer and a row stride (in elements) each.
#pragma once

#include <cstdint>

namespace prenorm::ops::cpu {

template <class T>
struct Rows {
  T* data;
  std::int64_t stride;
  T* operator[](std::int64_t row) const { return data + row * stride; }
};

// One head of one sequence: queries [query_begin, query_end), keys [key_begin, key_end), d_head columns from `column`.
struct AttentionSpan {
  std::int64_t query_begin, query_end, key_begin, key_end;
  std::int64_t column, d_head;
  std::int64_t head, num_heads;
  bool causal;
  double dropout;
  std::uint64_t dropout_key;
  std::int64_t first_row;  // first row of the query matrix, for dropout masks
};

template <class T>
struct AttentionInput {
  Rows<const T> query, key, value;
  Rows<const T> bias{nullptr, 0};  // added to the scores, counted from the start of the span; or null
};

// Queries of a sequence that the forward pass takes at once; blocks can be computed in parallel.
constexpr std::int64_t kAttentionBlock = 128;

// Queries [block * kAttentionBlock, (block + 1) * kAttentionBlock) of the span, as far as they exist. out: [..,
// d_model]; log_sum_exp: [.., num_heads]. Without keys, out is zero.
template <class T>
void attention_forward(const AttentionSpan& span, std::int64_t block, const AttentionInput<T>& in, Rows<T> out,
                       T* log_sum_exp);

template <class T>
struct AttentionGradient {
  Rows<const T> out, grad_out;
  const T* log_sum_exp;
  Rows<T> grad_query, grad_key, grad_value;  // overwritten
};

template <class T>
void attention_backward(const AttentionSpan& span, const AttentionInput<T>& in, const AttentionGradient<T>& gradient);

}  // namespace prenorm::ops::cpu
