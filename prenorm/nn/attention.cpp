#include "prenorm/nn/attention.h"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "prenorm/ops/attention.h"

namespace prenorm::nn {
namespace {

// Draws stacked square matrices, each with the fans of a single one. The matrices of queries and keys come first; the
// configuration may set them to zero. Those of the values follow and have an additional gain.
Initializer stacked(const ModelConfig& config, std::int64_t queries_and_keys, double value_gain) {
  const Initializer draw = of_matrix(config, config.d_model, config.d_model, config.init_qkv_gain);
  return [draw, value_gain, zero = config.init_query_key_zero, rows = queries_and_keys * config.d_model](
             at::Tensor& weight, RandomStream random) {
    draw(weight, random);
    if (zero) weight.narrow(0, 0, rows).zero_();
    weight.narrow(0, rows, weight.size(0) - rows).mul_(value_gain);
  };
}

}  // namespace

void KeyValueCache::append(const at::Tensor& key_value) {
  const std::int64_t count = key_value.size(0), capacity = rows.defined() ? rows.size(0) : 0;
  if (!rows.defined() || used + count > capacity) {
    const at::Tensor larger =
        at::empty({std::max(2 * capacity, used + 8 * count), key_value.size(1)}, key_value.options());
    if (used > 0) larger.narrow(0, 0, used).copy_(rows.narrow(0, 0, used));
    rows = larger;
  }
  rows.narrow(0, used, count).copy_(key_value);
  used += count;
}

SelfAttention::SelfAttention(const Scope& scope, const ModelConfig& config, bool causal, const BranchGains& gains)
    : kind_(scope, config, causal),
      qkv_(scope / "qkv", config.d_model, 3 * config.d_model, stacked(config, 2, gains.inner)),
      out_(scope / "out", config.d_model, config.d_model,
           of_matrix(config, config.d_model, config.d_model, gains.output)) {}

at::Tensor SelfAttention::operator()(const at::Tensor& x, const Packing& packing, const Context& context) const {
  const at::Tensor qkv = qkv_(x);
  if (context.observes_attention())
    for (const at::Tensor& p : ops::self_attention_probabilities(qkv, packing.offsets, kind_.options(context)))
      context.observe(kind_.probabilities_point, p);
  return out_(ops::self_attention(qkv, packing.offsets, kind_.options(context)));
}

at::Tensor SelfAttention::step(const at::Tensor& x, KeyValueCache& cache, const Picks& picks) const {
  const std::int64_t d = x.size(1);
  const at::Tensor qkv = qkv_(x);
  cache.append(qkv.narrow(1, d, 2 * d));
  return out_(ops::picked_attention(qkv.narrow(1, 0, d), cache.rows, picks.rows, picks.offsets, kind_.num_heads));
}

CrossAttention::CrossAttention(const Scope& scope, const ModelConfig& config, const BranchGains& gains)
    : kind_(scope, config, /*is_causal=*/false),
      query_(scope / "query", config.d_model, config.d_model, stacked(config, 1, gains.inner)),
      key_value_(scope / "key_value", config.d_model, 2 * config.d_model, stacked(config, 1, gains.inner)),
      out_(scope / "out", config.d_model, config.d_model,
           of_matrix(config, config.d_model, config.d_model, gains.output)) {}

at::Tensor CrossAttention::operator()(const at::Tensor& x, const Packing& packing, const at::Tensor& memory,
                                      const Packing& memory_packing, const Context& context) const {
  const at::Tensor query = query_(x), key_value = key_value_(memory);
  if (context.observes_attention())
    for (const at::Tensor& p : ops::cross_attention_probabilities(query, packing.offsets, key_value,
                                                                  memory_packing.offsets, kind_.options(context)))
      context.observe(kind_.probabilities_point, p);
  return out_(ops::cross_attention(query, packing.offsets, key_value, memory_packing.offsets, kind_.options(context)));
}

at::Tensor CrossAttention::step(const at::Tensor& x, const at::Tensor& key_value, const Picks& picks) const {
  return out_(ops::picked_attention(query_(x), key_value, picks.rows, picks.offsets, kind_.num_heads));
}

}  // namespace prenorm::nn
