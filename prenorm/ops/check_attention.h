// Checks of attention's arguments, for the kernels and the composites.
#pragma once

#include "prenorm/base/error.h"
#include "prenorm/ops/attention.h"
#include "prenorm/ops/check.h"

namespace prenorm::ops {

// A matrix for each sequence, at least as large as its queries and keys.
inline void check_bias(const Check& check, const std::vector<at::Tensor>& bias, const at::Tensor& query_offsets,
                       const at::Tensor& key_offsets) {
  if (bias.empty()) return;
  check.equal(std::ssize(bias), query_offsets.numel() - 1, "matrices of bias and sequences");
  const auto *query = query_offsets.data_ptr<std::int64_t>(), *key = key_offsets.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < bias.size(); ++i) {
    check.matrix(bias[i], Check::kAny, Check::kAny, "bias");
    if (bias[i].size(0) < query[i + 1] - query[i] || bias[i].size(1) < key[i + 1] - key[i])
      throw_error<UsageError>("attention: the bias of sequence {} is [{}, {}]; it must be at least [{}, {}]", i,
                              bias[i].size(0), bias[i].size(1), query[i + 1] - query[i], key[i + 1] - key[i]);
  }
}

inline void check_self_attention(const at::Tensor& qkv, const at::Tensor& offsets, const AttentionOptions& options) {
  const Check check("self_attention", qkv);
  check.matrix(qkv, Check::kAny, Check::kAny, "qkv");
  if (qkv.size(1) % 3 != 0)
    throw_error<UsageError>("self_attention: qkv has {} columns; it must have 3 * d_model", qkv.size(1));
  check.heads(qkv.size(1) / 3, options.num_heads);
  check.probability(options.dropout, "dropout");
  check.offsets(offsets, qkv.size(0), "offsets");
  check_bias(check, options.bias, offsets, offsets);
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
  check_bias(check, options.bias, query_offsets, key_offsets);
}

}  // namespace prenorm::ops
