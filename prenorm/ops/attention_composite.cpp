#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/softmax.h>

#include <cmath>
#include <limits>
#include <vector>

#include "prenorm/base/random.h"
#include "prenorm/ops/attention.h"
#include "prenorm/ops/check_attention.h"
#include "prenorm/ops/dropout.h"

namespace prenorm::ops {
namespace {

// [tokens, d_model] -> [heads, tokens, d_head]
at::Tensor split_heads(const at::Tensor& x, std::int64_t num_heads) {
  return x.view({x.size(0), num_heads, x.size(1) / num_heads}).transpose(0, 1);
}

// The dropout factors that the kernels draw for one sequence: [heads, queries, keys].
at::Tensor dropout_factors(std::int64_t first_query, const at::Tensor& probabilities, const AttentionOptions& o) {
  const at::Tensor factors =
      at::empty(probabilities.sizes(), probabilities.options().device(at::kCPU).dtype(at::kDouble));
  auto* out = factors.data_ptr<double>();
  for (std::int64_t head = 0; head < probabilities.size(0); ++head)
    for (std::int64_t i = 0; i < probabilities.size(1); ++i) {
      const auto row = static_cast<std::uint64_t>((o.first_row + first_query + i) * o.num_heads + head);
      const std::uint64_t key = mix_key({o.dropout_key, row});
      for (std::int64_t j = 0; j < probabilities.size(2); ++j)
        *out++ =
            dropout_bits(key, static_cast<std::uint32_t>(j)) >= drop_threshold(o.dropout) ? 1 / (1 - o.dropout) : 0;
    }
  return factors.to(probabilities.options());
}

// The rows of queries and keys of one sequence.
struct Sequence {
  std::int64_t first_query, queries, first_key, keys;
};

std::vector<Sequence> sequences_of(const at::Tensor& query_offsets, const at::Tensor& key_offsets) {
  const auto* queries = query_offsets.data_ptr<std::int64_t>();
  const auto* keys = key_offsets.data_ptr<std::int64_t>();
  std::vector<Sequence> sequences;
  for (std::int64_t s = 0; s + 1 < query_offsets.numel(); ++s)
    sequences.push_back({queries[s], queries[s + 1] - queries[s], keys[s], keys[s + 1] - keys[s]});
  return sequences;
}

// bias: undefined if nothing is added to the scores.
at::Tensor sequence_probabilities(const at::Tensor& query, const at::Tensor& key, const Sequence& s,
                                  const AttentionOptions& o, const at::Tensor& bias) {
  const at::Tensor q = split_heads(query.narrow(0, s.first_query, s.queries), o.num_heads);
  const at::Tensor k = split_heads(key.narrow(0, s.first_key, s.keys), o.num_heads);
  at::Tensor scores = q.matmul(k.transpose(1, 2)) / std::sqrt(static_cast<double>(q.size(2)));
  if (bias.defined()) scores = scores + bias.narrow(0, 0, s.queries).narrow(1, 0, s.keys);
  if (o.causal) {
    const at::Tensor i = at::arange(s.queries, query.options()), j = at::arange(s.keys, query.options());
    scores = scores.masked_fill(j.unsqueeze(0) > i.unsqueeze(1), -std::numeric_limits<double>::infinity());
  }
  return at::softmax(scores, -1);
}

at::Tensor bias_of(const AttentionOptions& o, std::size_t sequence) {
  return o.bias.empty() ? at::Tensor() : o.bias[sequence];
}

at::Tensor composite(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                     const at::Tensor& query_offsets, const at::Tensor& key_offsets, const AttentionOptions& o) {
  std::vector<at::Tensor> parts;
  for (const Sequence& s : sequences_of(query_offsets, key_offsets)) {
    at::Tensor probabilities = sequence_probabilities(query, key, s, o, bias_of(o, parts.size()));
    if (o.dropout > 0) probabilities = probabilities * dropout_factors(s.first_query, probabilities, o);
    const at::Tensor v = split_heads(value.narrow(0, s.first_key, s.keys), o.num_heads);
    parts.push_back(probabilities.matmul(v).transpose(0, 1).reshape({s.queries, query.size(1)}));
  }
  return parts.empty() ? query.narrow(0, 0, 0) : at::cat(parts);
}

std::vector<at::Tensor> all_probabilities(const at::Tensor& query, const at::Tensor& key,
                                          const at::Tensor& query_offsets, const at::Tensor& key_offsets,
                                          const AttentionOptions& o) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> list;
  for (const Sequence& s : sequences_of(query_offsets, key_offsets))
    list.push_back(sequence_probabilities(query, key, s, o, bias_of(o, list.size())));
  return list;
}

}  // namespace

at::Tensor self_attention_composite(const at::Tensor& qkv, const at::Tensor& offsets, const AttentionOptions& options) {
  check_self_attention(qkv, offsets, options);
  const std::int64_t d = qkv.size(1) / 3;
  return composite(qkv.narrow(1, 0, d), qkv.narrow(1, d, d), qkv.narrow(1, 2 * d, d), offsets, offsets, options);
}

at::Tensor cross_attention_composite(const at::Tensor& query, const at::Tensor& query_offsets,
                                     const at::Tensor& key_value, const at::Tensor& key_offsets,
                                     const AttentionOptions& options) {
  check_cross_attention(query, query_offsets, key_value, key_offsets, options);
  const std::int64_t d = query.size(1);
  return composite(query, key_value.narrow(1, 0, d), key_value.narrow(1, d, d), query_offsets, key_offsets, options);
}

std::vector<at::Tensor> self_attention_probabilities(const at::Tensor& qkv, const at::Tensor& offsets,
                                                     const AttentionOptions& options) {
  check_self_attention(qkv, offsets, options);
  const std::int64_t d = qkv.size(1) / 3;
  return all_probabilities(qkv.narrow(1, 0, d), qkv.narrow(1, d, d), offsets, offsets, options);
}

std::vector<at::Tensor> cross_attention_probabilities(const at::Tensor& query, const at::Tensor& query_offsets,
                                                      const at::Tensor& key_value, const at::Tensor& key_offsets,
                                                      const AttentionOptions& options) {
  check_cross_attention(query, query_offsets, key_value, key_offsets, options);
  return all_probabilities(query, key_value.narrow(1, 0, query.size(1)), query_offsets, key_offsets, options);
}

}  // namespace prenorm::ops
