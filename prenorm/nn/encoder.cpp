#include "prenorm/nn/encoder.h"

namespace prenorm::nn {

EncoderLayer::EncoderLayer(const Scope& scope, const ModelConfig& config)
    : EncoderLayer(scope, config, encoder_scales(config), /*causal=*/false) {}

EncoderLayer::EncoderLayer(const Scope& scope, const ModelConfig& config, const DepthScales& scales, bool causal)
    : self_attention_(scope / "self_attention", config, causal, scales.gains),
      self_attention_residual_(scope / "self_attention", config, scales.stream),
      feed_forward_(scope / "feed_forward", config, scales.gains),
      feed_forward_residual_(scope / "feed_forward", config, scales.stream) {}

Stream EncoderLayer::operator()(const Stream& in, const Packing& packing, const Context& context) const {
  const Stream h =
      self_attention_residual_(in, context, [&](const at::Tensor& y) { return self_attention_(y, packing, context); });
  return feed_forward_residual_(h, context, [&](const at::Tensor& y) { return feed_forward_(y, context); });
}

Stream EncoderLayer::step(const Stream& in, KeyValueCache& cache, const Picks& picks) const {
  const Context inference;
  const Stream h = self_attention_residual_(in, inference,
                                            [&](const at::Tensor& y) { return self_attention_.step(y, cache, picks); });
  return feed_forward_residual_(h, inference, [&](const at::Tensor& y) { return feed_forward_(y, inference); });
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
