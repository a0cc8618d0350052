#include "prenorm/nn/language_decoder.h"

namespace prenorm::nn {

LanguageDecoder::LanguageDecoder(const Scope& scope, ModelConfig config) : end_(scope, config) {
  config.encoder_layers = 0;
  const DepthScales scales = decoder_scales(config);
  for (std::int64_t i = 0; i < config.decoder_layers; ++i)
    layers_.emplace_back(scope / "layers" / i, config, scales, /*causal=*/true);
}

at::Tensor LanguageDecoder::operator()(const at::Tensor& x, const Packing& packing, const Context& context) const {
  Stream stream{x, {}, {}, nullptr};
  for (const EncoderLayer& layer : layers_) stream = layer(stream, packing, context);
  return end_(stream, context);
}

at::Tensor LanguageDecoder::step(const at::Tensor& x, std::vector<KeyValueCache>& caches, const Picks& picks) const {
  Stream stream{x, {}, {}, nullptr};
  for (std::size_t i = 0; i < layers_.size(); ++i) stream = layers_[i].step(stream, caches[i], picks);
  return end_(stream, Context{});
}

}  // namespace prenorm::nn
