// The decoder of a language model (Radford et al. 2019, "GPT-2"): layers of causal self-attention and feed-forward
// network; and the same one token at a time, with keys and values kept.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "prenorm/nn/encoder.h"

namespace prenorm::nn {

class LanguageDecoder {
 public:
  // Of config.decoder_layers layers, with the depth scales of a model without an encoder.
  LanguageDecoder(const Scope& scope, ModelConfig config);

  // [tokens, d_model] -> [tokens, d_model]
  at::Tensor operator()(const at::Tensor& x, const Packing& packing, const Context& context) const;

  // A cache a layer, empty.
  std::vector<KeyValueCache> start() const { return std::vector<KeyValueCache>(layers_.size()); }
  // x: [rows, d_model], the newest tokens. Their keys are appended to each cache as rows [used, used + rows) and must
  // be among the picks of their row.
  at::Tensor step(const at::Tensor& x, std::vector<KeyValueCache>& caches, const Picks& picks) const;

 private:
  std::vector<EncoderLayer> layers_;
  StackEnd end_;
};

}  // namespace prenorm::nn
