#include "prenorm/nn/encoder.h"

namespace prenorm::nn {

EncoderLayer::EncoderLayer(const Scope& scope, const ModelConfig& config)
    : self_attention_(scope / "self_attention", config, /*causal=*/false),
      self_attention_residual_(scope / "self_attention", config),
      feed_forward_(scope / "feed_forward", config),
      feed_forward_residual_(scope / "feed_forward", config) {}

Stream EncoderLayer::operator()(const Stream& in, const Packing& packing, const Context& context) const {
  const Stream h =
      self_attention_residual_(in, context, [&](const at::Tensor& y) { return self_attention_(y, packing, context); });
  return feed_forward_residual_(h, context, [&](const at::Tensor& y) { return feed_forward_(y, context); });
}

Encoder::Encoder(const Scope& scope, const ModelConfig& config) : end_(scope, config) {
  for (std::int64_t i = 0; i < config.encoder_layers; ++i) layers_.emplace_back(scope / "layers" / i, config);
}

at::Tensor Encoder::operator()(const at::Tensor& x, const Packing& packing, const Context& context) const {
  Stream stream{x, {}, {}, nullptr};
  for (const EncoderLayer& layer : layers_) stream = layer(stream, packing, context);
  return end_(stream, context);
}

}  // namespace prenorm::nn
