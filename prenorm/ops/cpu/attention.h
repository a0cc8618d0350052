// The loops of attention on the CPU. Queries, keys and values are rows inside wider matrices: a pointer and a row
// stride (in elements) each.
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
};

template <class T>
struct AttentionInput {
  Rows<const T> query, key, value;
};

// out: [.., d_model]; log_sum_exp: [.., num_heads]. scratch: key count elements.
template <class T>
void attention_forward(const AttentionSpan& span, const AttentionInput<T>& in, Rows<T> out, T* log_sum_exp, T* scratch);

template <class T>
struct AttentionGradient {
  Rows<const T> out, grad_out;
  const T* log_sum_exp;
  Rows<T> grad_query, grad_key, grad_value;  // added to
};

template <class T>
void attention_backward(const AttentionSpan& span, const AttentionInput<T>& in, const AttentionGradient<T>& gradient);

// One query over `count` picked rows of keys and values. scratch: count elements.
template <class T>
void attention_picked(const T* query, Rows<const T> key, Rows<const T> value, const std::int64_t* picks,
                      std::int64_t count, std::int64_t d_head, T* out, T* scratch);

}  // namespace prenorm::ops::cpu
