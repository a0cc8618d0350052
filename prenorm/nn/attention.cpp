#include "prenorm/nn/attention.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

#include "prenorm/ops/attention.h"
#include "prenorm/ops/example_norms.h"

namespace prenorm::nn {
namespace {

enum class Projected : std::uint8_t { kQuery, kKey, kValue };

// Draws stacked matrices of `init = "orthogonal"`: zeros for queries, Gaussian ones for keys, orthogonal ones for
// values.
Initializer stacked_orthogonal(const ModelConfig& config, const std::vector<Projected>& parts, double value_gain) {
  const std::int64_t d = config.d_model;
  const double key_deviation =
      config.init_query_key_zero ? 0 : config.init_qkv_gain / std::sqrt(static_cast<double>(d));
  const Initializer key = normal(key_deviation), value = orthogonal(d, d, config.init_qkv_gain * value_gain);
  return [=](at::Tensor& weight, RandomStream random) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      at::Tensor part = weight.narrow(0, static_cast<std::int64_t>(i) * d, d);
      const RandomStream mine(random.next());
      if (parts[i] == Projected::kQuery) part.zero_();
      if (parts[i] == Projected::kKey) key(part, mine);
      if (parts[i] == Projected::kValue) value(part, mine);
    }
  };
}

// Draws stacked square matrices, each with the fans of a single one. The matrices of queries and keys come first; the
// configuration may set them to zero. Those of the values follow and have an additional gain.
Initializer stacked(const ModelConfig& config, const std::vector<Projected>& parts, double value_gain) {
  if (config.init == WeightInit::kOrthogonal) return stacked_orthogonal(config, parts, value_gain);
  const std::int64_t queries_and_keys =
      std::ranges::count_if(parts, [](Projected p) { return p != Projected::kValue; });
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

SelfAttention::SelfAttention(const Scope& scope, const ModelConfig& config, const Layer& layer,
                             const BranchGains& gains)
    : kind_(scope, config, layer.stack == Stack::kDecoder),
      qkv_(scope / "qkv", config.d_model, 3 * config.d_model,
           stacked(config, {Projected::kQuery, Projected::kKey, Projected::kValue}, gains.inner)),
      out_(scope / "out", config.d_model, config.d_model,
           of_matrix(config, config.d_model, config.d_model, gains.output)) {
  if (const auto shape = AttentionShape::of(config, layer, kind_.causal)) shape_.emplace(*shape);
  if (config.attention != AttentionShaping::kValueSkipinit) return;
  alpha_ = scope.add("alpha", {config.num_heads}, constant(1));
  beta_ = scope.add("beta", {config.num_heads}, constant(0));
}

at::Tensor SelfAttention::operator()(const at::Tensor& x, const Packing& packing, const Context& context) const {
  const at::Tensor qkv = qkv_(x);
  ScoreShape::Sequences shape;
  if (shape_) shape = shape_->of(packing, qkv.options());
  const ops::AttentionOptions options = kind_.options(context, std::move(shape.bias));
  if (context.observes_attention())
    for (const at::Tensor& p : ops::self_attention_probabilities(qkv, packing.offsets, options))
      context.observe(kind_.probabilities_point, p);
  const at::Tensor mixed = ops::self_attention(qkv, packing.offsets, options);
  return out_(with_values(shape_ ? shape.row_scale * mixed : mixed, qkv));
}

at::Tensor SelfAttention::with_values(const at::Tensor& mixed, const at::Tensor& qkv) const {
  if (!alpha_.defined()) return mixed;
  const std::int64_t d = mixed.size(1);
  const auto of_each_column = [&](const at::Tensor& of_heads) {
    return of_heads.unsqueeze(1).expand({kind_.num_heads, d / kind_.num_heads}).reshape({d});
  };
  const at::Tensor value = qkv.narrow(1, 2 * d, d);
  at::Tensor result = of_each_column(alpha_) * value + of_each_column(beta_) * mixed;
  ops::measure_scale(alpha_, value, result);
  ops::measure_scale(beta_, mixed, result);
  return result;
}

at::Tensor SelfAttention::step(const at::Tensor& x, KeyValueCache& cache, const Picks& picks) const {
  const std::int64_t d = x.size(1);
  const at::Tensor qkv = qkv_(x);
  cache.append(qkv.narrow(1, d, 2 * d));
  ScoreShape::Rows shape;
  if (shape_) shape = shape_->of_last_tokens(picks.offsets, qkv.options());
  const at::Tensor mixed =
      ops::picked_attention(qkv.narrow(1, 0, d), cache.rows, picks.rows, picks.offsets, kind_.num_heads, shape.bias);
  return out_(with_values(shape_ ? shape.row_scale * mixed : mixed, qkv));
}

CrossAttention::CrossAttention(const Scope& scope, const ModelConfig& config, const BranchGains& gains)
    : kind_(scope, config, /*is_causal=*/false),
      query_(scope / "query", config.d_model, config.d_model, stacked(config, {Projected::kQuery}, gains.inner)),
      key_value_(scope / "key_value", config.d_model, 2 * config.d_model,
                 stacked(config, {Projected::kKey, Projected::kValue}, gains.inner)),
      out_(scope / "out", config.d_model, config.d_model,
           of_matrix(config, config.d_model, config.d_model, gains.output)) {}

// The rows of the memory are those of the source.
at::Tensor CrossAttention::projected(const at::Tensor& memory, const Packing& packing) const {
  const ops::RowsAreExamples rows(packing.offsets);
  return key_value_(memory);
}

at::Tensor CrossAttention::operator()(const at::Tensor& x, const Packing& packing, const at::Tensor& memory,
                                      const Packing& memory_packing, const Context& context) const {
  const at::Tensor query = query_(x), key_value = projected(memory, memory_packing);
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
