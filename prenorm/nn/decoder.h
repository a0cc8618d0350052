// The decoder: layers of causal self-attention, cross-attention and feed-forward network, each with its residual
// connection. It can also compute one token at a time with cached keys and values.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "prenorm/nn/attention.h"
#include "prenorm/nn/feed_forward.h"
#include "prenorm/nn/residual.h"

namespace prenorm::nn {

// The input of cross-attention: the encoder's output and the positions of its sequences.
struct Memory {
  at::Tensor states;  // [source_tokens, d_model]
  Packing packing;
};

// What decoding keeps between steps, for each layer.
struct DecoderCache {
  std::vector<KeyValueCache> self;
  std::vector<at::Tensor> cross;  // [source_tokens, 2 * d_model] each
};

class DecoderLayer {
 public:
  DecoderLayer(const Scope& scope, const ModelConfig& config, std::int64_t index);

  Stream operator()(const Stream& in, const Packing& packing, const Memory& memory, const Context& context) const;
  Stream step(const Stream& in, KeyValueCache& self, const Picks& self_picks, const at::Tensor& cross,
              const Picks& cross_picks) const;
  at::Tensor cross_keys_and_values(const at::Tensor& states) const { return cross_attention_.keys_and_values(states); }

 private:
  SelfAttention self_attention_;
  Residual self_attention_residual_;
  CrossAttention cross_attention_;
  Residual cross_attention_residual_;
  FeedForward feed_forward_;
  Residual feed_forward_residual_;
};

class Decoder {
 public:
  Decoder(const Scope& scope, const ModelConfig& config);

  // [target_tokens, d_model] -> [target_tokens, d_model]
  at::Tensor operator()(const at::Tensor& x, const Packing& packing, const Memory& memory,
                        const Context& context) const;

  DecoderCache start(const Memory& memory) const;
  // x: [rows, d_model], the newest token of each hypothesis. Its keys become
  // rows [used, used + rows) of the cache and must be among the picks of their row.
  at::Tensor step(const at::Tensor& x, DecoderCache& cache, const Picks& self_picks, const Picks& cross_picks) const;

 private:
  std::vector<DecoderLayer> layers_;
  StackEnd end_;
};

}  // namespace prenorm::nn
