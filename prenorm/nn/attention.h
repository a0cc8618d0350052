// Multi-head attention with its projections (Vaswani et al. 2017, section 3.2.2) over packed sequences. Self-attention
// can start as another matrix than the average, for layers without shortcuts (He et al. 2023):
//
//   value_skipinit   (α I + β softmax(Q Kᵀ/√d_head)) V    α and β of each head are trained, from 1 and 0
//   u_spa, e_spa     D softmax(Q Kᵀ/√d_head + B) V        constants D and B of the layer: nn/attention_shape.h
//
// Cross-attention is always plain.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/config/model_config.h"
#include "prenorm/nn/context.h"
#include "prenorm/nn/depth_scales.h"
#include "prenorm/nn/linear.h"
#include "prenorm/nn/packing.h"
#include "prenorm/nn/score_shape.h"
#include "prenorm/ops/attention.h"

namespace prenorm::nn {

// Keys and values that decoding keeps between steps, and the rows of them that each query attends to.
struct KeyValueCache {
  at::Tensor rows;  // [capacity, 2 * d_model]
  std::int64_t used = 0;

  // Appends keys and values [rows, 2 * d_model], growing by doubling.
  void append(const at::Tensor& key_value);
};
struct Picks {
  at::Tensor rows;     // int64, CPU: indices of cache rows, query by query
  at::Tensor offsets;  // int64, CPU, [queries + 1]
};

// The attention settings of a module, which a batch's context completes.
struct AttentionKind {
  AttentionKind(const Scope& scope, const ModelConfig& config, bool is_causal)
      : num_heads(config.num_heads),
        causal(is_causal),
        dropout(config.attention_dropout),
        site(name_key(scope.name() + ".attention_dropout")),
        probabilities_point(scope.name() + ".attention_probabilities") {}
  ops::AttentionOptions options(const Context& context, std::vector<at::Tensor> bias = {}) const {
    return {num_heads, causal, context.training ? dropout : 0, context.at(site), context.first_row, std::move(bias)};
  }

  std::int64_t num_heads;
  bool causal;
  double dropout;
  std::uint64_t site;
  std::string probabilities_point;  // observed for each sequence: [num_heads, queries, keys]
};

class SelfAttention {
 public:
  // Attention is causal if the layer's stack is a decoder. gains: the DepthScales::gains of this stack. Under
  // value_skipinit registers `<scope>.alpha` and `<scope>.beta`, [num_heads].
  SelfAttention(const Scope& scope, const ModelConfig& config, const Layer& layer, const BranchGains& gains = {});

  // x: [tokens, d_model] -> [tokens, d_model]
  at::Tensor operator()(const at::Tensor& x, const Packing& packing, const Context& context) const;
  // x: [rows, d_model], one new token per row -> the same shape. Appends keys and values to the cache and attends to
  // the picked ones.
  at::Tensor step(const at::Tensor& x, KeyValueCache& cache, const Picks& picks) const;

 private:
  // α V + β mixed, for each head; `mixed` itself without such weights.
  at::Tensor with_values(const at::Tensor& mixed, const at::Tensor& qkv) const;

  AttentionKind kind_;
  Linear qkv_, out_;
  std::optional<ScoreShape> shape_;
  at::Tensor alpha_, beta_;  // undefined unless attention starts as the identity
};

class CrossAttention {
 public:
  CrossAttention(const Scope& scope, const ModelConfig& config, const BranchGains& gains = {});

  // x: [target_tokens, d_model], memory: [source_tokens, d_model] -> [target_tokens, d_model]
  at::Tensor operator()(const at::Tensor& x, const Packing& packing, const at::Tensor& memory,
                        const Packing& memory_packing, const Context& context) const;
  // Computed once for all steps: [source_tokens, 2 * d_model].
  at::Tensor keys_and_values(const at::Tensor& memory) const { return key_value_(memory); }
  at::Tensor step(const at::Tensor& x, const at::Tensor& key_value, const Picks& picks) const;

 private:
  at::Tensor projected(const at::Tensor& memory, const Packing& packing) const;

  AttentionKind kind_;
  Linear query_, key_value_, out_;
};

}  // namespace prenorm::nn
