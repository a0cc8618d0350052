// The encoder: layers of self-attention and feed-forward network, each in its residual connection.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "prenorm/nn/attention.h"
#include "prenorm/nn/depth_scales.h"
#include "prenorm/nn/feed_forward.h"
#include "prenorm/nn/residual.h"

namespace prenorm::nn {

// With causal attention it is a layer of nn::LanguageDecoder.
class EncoderLayer {
 public:
  EncoderLayer(const Scope& scope, const ModelConfig& config);
  EncoderLayer(const Scope& scope, const ModelConfig& config, const DepthScales& scales, bool causal);

  Stream operator()(const Stream& in, const Packing& packing, const Context& context) const;
  // One new token a row, see SelfAttention::step.
  Stream step(const Stream& in, KeyValueCache& cache, const Picks& picks) const;

 private:
  SelfAttention self_attention_;
  Residual self_attention_residual_;
  FeedForward feed_forward_;
  Residual feed_forward_residual_;
};

class Encoder {
 public:
  Encoder(const Scope& scope, const ModelConfig& config);

  // [tokens, d_model] -> [tokens, d_model]
  at::Tensor operator()(const at::Tensor& x, const Packing& packing, const Context& context) const;

 private:
  std::vector<EncoderLayer> layers_;
  StackEnd end_;
};

}  // namespace prenorm::nn
