// A stack of layers of self-attention and feed-forward network, each with its residual connection. It is an encoder or,
// with causal attention, the decoder of a language model (Radford et al. 2019, "GPT-2"). The decoder can also compute
// one token at a time with cached keys and values.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "prenorm/nn/attention.h"
#include "prenorm/nn/feed_forward.h"
#include "prenorm/nn/residual.h"

namespace prenorm::nn {

// Attention is causal if the stack is a decoder.
class StackLayer {
 public:
  StackLayer(const Scope& scope, const ModelConfig& config, const Layer& layer);

  Stream operator()(const Stream& in, const Packing& packing, const Context& context) const;
  // One new token per row; see SelfAttention::step.
  Stream step(const Stream& in, KeyValueCache& cache, const Picks& picks) const;

 private:
  SelfAttention self_attention_;
  Residual self_attention_residual_;
  FeedForward feed_forward_;
  Residual feed_forward_residual_;
};

class LayerStack {
 public:
  // In `config`, a stack that the model lacks has no layers.
  LayerStack(const Scope& scope, const ModelConfig& config, Stack stack);

  // [tokens, d_model] -> [tokens, d_model]
  at::Tensor operator()(const at::Tensor& x, const Packing& packing, const Context& context) const;

  // An empty cache for each layer.
  std::vector<KeyValueCache> start() const { return std::vector<KeyValueCache>(layers_.size()); }
  // x: [rows, d_model], the newest tokens. Their keys become rows [used, used + rows) of each cache and must be among
  // the picks of their row.
  at::Tensor step(const at::Tensor& x, std::vector<KeyValueCache>& caches, const Picks& picks) const;

 private:
  std::vector<StackLayer> layers_;
  StackEnd end_;
};

}  // namespace prenorm::nn
