#include "prenorm/nn/decoder.h"

#include "prenorm/nn/depth_scales.h"

namespace prenorm::nn {
namespace {

Place in_decoder(std::int64_t layer, Sublayer sublayer) { return {{Stack::kDecoder, layer}, sublayer}; }

BranchGains gains_of(const ModelConfig& config, const Place& place) { return depth_scales(config, place).gains; }

}  // namespace

DecoderLayer::DecoderLayer(const Scope& scope, const ModelConfig& config, std::int64_t index)
    : self_attention_(scope / "self_attention", config, {Stack::kDecoder, index},
                      gains_of(config, in_decoder(index, Sublayer::kSelfAttention))),
      self_attention_residual_(scope / "self_attention", config, in_decoder(index, Sublayer::kSelfAttention)),
      cross_attention_(scope / "cross_attention", config,
                       gains_of(config, in_decoder(index, Sublayer::kCrossAttention))),
      cross_attention_residual_(scope / "cross_attention", config, in_decoder(index, Sublayer::kCrossAttention)),
      feed_forward_(scope / "feed_forward", config, Stack::kDecoder,
                    gains_of(config, in_decoder(index, Sublayer::kFeedForward))),
      feed_forward_residual_(scope / "feed_forward", config, in_decoder(index, Sublayer::kFeedForward)) {}

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

Decoder::Decoder(const Scope& scope, const ModelConfig& config) : end_(scope, config, Stack::kDecoder) {
  for (std::int64_t i = 0; i < config.decoder_layers; ++i) layers_.emplace_back(scope / "layers" / i, config, i);
}

at::Tensor Decoder::operator()(const at::Tensor& x, const Packing& packing, const Memory& memory,
                               const Context& context) const {
  Stream stream{x};
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
  Stream stream{x};
  for (std::size_t i = 0; i < layers_.size(); ++i)
    stream = layers_[i].step(stream, cache.self[i], self_picks, cache.cross[i], cross_picks);
  return end_(stream, Context{});
}

}  // namespace prenorm::nn
