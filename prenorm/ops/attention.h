// Multi-head scaled dot-product attention over packed sequences (Vaswani et al. 2017, eq. 1): softmax(Q Kᵀ
// sqrt(d_head)) V inside each sequence, head by head. There is no [sequences, heads, length, length] tensor: the
// softmax statistics (one number per query and head) are kept, and the backward pass recomputes the probabilities.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace prenorm::ops {

struct AttentionOptions {
  std::int64_t num_heads = 1;
  bool causal = false;  // query i of a sequence sees its keys 0..i
  double dropout = 0;   // on the probabilities
  std::uint64_t dropout_key = 0;
  // Index of our first query in the whole batch, so that dropout masks do not depend on sharding.
  std::int64_t first_row = 0;
  // Added to the scores of all heads before the softmax, without a gradient: for each sequence a matrix that covers its
  // queries and keys, of which the top left corner counts, with the type of the queries. Empty: nothing is added.
  std::vector<at::Tensor> bias{};
};

// Self-attention. qkv: [tokens, 3 * d_model], rows of queries, keys, values side by side; offsets: int64 on the CPU,
// [sequences + 1], ascending from 0 to tokens. Returns [tokens, d_model].
at::Tensor self_attention(const at::Tensor& qkv, const at::Tensor& offsets, const AttentionOptions& options);

// Cross-attention. query: [target_tokens, d_model]; key_value: [source_tokens, 2 * d_model]; sequence i of the queries
// sees sequence i of the keys, which must not be empty unless the query sequence is. Returns [target_tokens, d_model].
at::Tensor cross_attention(const at::Tensor& query, const at::Tensor& query_offsets, const at::Tensor& key_value,
                           const at::Tensor& key_offsets, const AttentionOptions& options);

// One query per row over keys and values picked by row number, for decoding (no gradient). query: [rows, d_model];
// key_value: [any, 2 * d_model]; row r sees key_value[picks[i]] for i in [pick_offsets[r], pick_offsets[r + 1]). picks,
// pick_offsets: int64 on the CPU. bias: [picks], added to the scores of all heads, or undefined. Returns [rows,
// d_model].
at::Tensor picked_attention(const at::Tensor& query, const at::Tensor& key_value, const at::Tensor& picks,
                            const at::Tensor& pick_offsets, std::int64_t num_heads, const at::Tensor& bias = {});

// softmax(Q Kᵀ / sqrt(d_head)) of each sequence, without dropout: [num_heads, queries, keys]. For observers; no
// gradient.
std::vector<at::Tensor> self_attention_probabilities(const at::Tensor& qkv, const at::Tensor& offsets,
                                                     const AttentionOptions& options);
std::vector<at::Tensor> cross_attention_probabilities(const at::Tensor& query, const at::Tensor& query_offsets,
                                                      const at::Tensor& key_value, const at::Tensor& key_offsets,
                                                      const AttentionOptions& options);

// self_attention and cross_attention from ATen's operators, one sequence at a time: the reference in tests, and the
// path for other devices.
at::Tensor self_attention_composite(const at::Tensor& qkv, const at::Tensor& offsets, const AttentionOptions& options);
at::Tensor cross_attention_composite(const at::Tensor& query, const at::Tensor& query_offsets,
                                     const at::Tensor& key_value, const at::Tensor& key_offsets,
                                     const AttentionOptions& options);

}  // namespace prenorm::ops
