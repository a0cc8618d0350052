// Checks of attention's arguments, for the kernels and the composites.
#pragma once

#include "prenorm/base/error.h"
#include "prenorm/ops/attention.h"
#include "prenorm/ops/check.h"

namespace prenorm::ops {

inline void check_self_attention(const at::Tensor& qkv, const at::Tensor& offsets, const AttentionOptions& options) {
  const Check check("self_attention", qkv);
  check.matrix(qkv, Check::kAny, Check::kAny, "qkv");
  if (qkv.size(1) % 3 != 0)
    throw_error<UsageError>("self_attention: qkv has {} columns; it must have 3 * d_model", qkv.size(1));
  check.heads(qkv.size(1) / 3, options.num_heads);
  check.probability(options.dropout, "dropout");
  check.offsets(offsets, qkv.size(0), "offsets");
}

inline void check_cross_attention(const at::Tensor& query, const at::Tensor& query_offsets, const at::Tensor& key_value,
                                  const at::Tensor& key_offsets, const AttentionOptions& options) {
  const Check check("cross_attention", query);
  check.matrix(query, Check::kAny, Check::kAny, "query");
  check.matrix(key_value, Check::kAny, 2 * query.size(1), "key_value");
  check.heads(query.size(1), options.num_heads);
  check.probability(options.dropout, "dropout");
  check.offsets(query_offsets, query.size(0), "query_offsets");
  check.offsets(key_offsets, key_value.size(0), "key_offsets");
  check.equal(query_offsets.numel() - 1, key_offsets.numel() - 1, "sequences of query and key_value");
}

}  // namespace prenorm::ops
