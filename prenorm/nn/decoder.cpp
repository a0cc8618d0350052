#include "prenorm/nn/decoder.h"

namespace prenorm::nn {

DecoderLayer::DecoderLayer(const Scope& scope, const ModelConfig& config)
    : DecoderLayer(scope, config, decoder_scales(config)) {}

DecoderLayer::DecoderLayer(const Scope& scope, const ModelConfig& config, const DepthScales& scales)
    : self_attention_(scope / "self_attention", config, /*causal=*/true, scales.gains),
      self_attention_residual_(scope / "self_attention", config, scales.stream),
      cross_attention_(scope / "cross_attention", config, scales.gains),
      cross_attention_residual_(scope / "cross_attention", config, scales.stream),
      feed_forward_(scope / "feed_forward", config, scales.gains),
      feed_forward_residual_(scope / "feed_forward", config, scales.stream) {}

Stream DecoderLayer::operator()(const Stream& in, const Packing& packing, const Memory& memory,
                                const Context& context) const {
  Stream h =
      self_attention_residual_(in, context, [&](const at::Tensor& y) { return self_attention_(y, packing, context); });
  h = cross_attention_residual_(h, context, [&](const at::Tensor& y) {
    return cross_attention_(y, packing, memory.states, memory.packing, context);
  });
  return feed_forward_residual_(h, context, [&](const at::Tensor& y) { return feed_forward_(y, context); });
}

Stream DecoderLayer::step(const Stream& in, KeyValueCache& self, const Picks& self_picks, const at::Tensor& cross,
                          const Picks& cross_picks) const {
  const Context inference;
  Stream h = self_attention_residual_(in, inference,
                                      [&](const at::Tensor& y) { return self_attention_.step(y, self, self_picks); });
  h = cross_attention_residual_(h, inference,
                                [&](const at::Tensor& y) { return cross_attention_.step(y, cross, cross_picks); });
  return feed_forward_residual_(h, inference, [&](const at::Tensor& y) { return feed_forward_(y, inference); });
}

Decoder::Decoder(const Scope& scope, const ModelConfig& config) : end_(scope, config) {
  for (std::int64_t i = 0; i < config.decoder_layers; ++i) layers_.emplace_back(scope / "layers" / i, config);
}

at::Tensor Decoder::operator()(const at::Tensor& x, const Packing& packing, const Memory& memory,
                               const Context& context) const {
  Stream stream{x, {}, {}, nullptr};
  for (const DecoderLayer& layer : layers_) stream = layer(stream, packing, memory, context);
  return end_(stream, context);
}

DecoderCache Decoder::start(const Memory& memory) const {
  DecoderCache cache;
  cache.self.resize(layers_.size());
  for (const DecoderLayer& layer : layers_) cache.cross.push_back(layer.cross_keys_and_values(memory.states));
  return cache;
}

at::Tensor Decoder::step(const at::Tensor& x, DecoderCache& cache, const Picks& self_picks,
                         const Picks& cross_picks) const {
  Stream stream{x, {}, {}, nullptr};
  for (std::size_t i = 0; i < layers_.size(); ++i)
    stream = layers_[i].step(stream, cache.self[i], self_picks, cache.cross[i], cross_picks);
  return end_(stream, Context{});
}

}  // namespace prenorm::nn
