// Attention of one query over picked rows, for decoding.
#pragma once

#include "prenorm/ops/cpu/attention.h"

namespace prenorm::ops::cpu {

// One query, with all its heads, over `count` picked rows of keys and values. query, out: [num_heads * d_head]; bias:
// [count], added to the scores of each head, or null. Without picks, out is zero.
template <class T>
void attention_picked(const T* query, Rows<const T> key, Rows<const T> value, const std::int64_t* picks, const T* bias,
                      std::int64_t count, std::int64_t num_heads, std::int64_t d_head, T* out);

}  // namespace prenorm::ops::cpu
