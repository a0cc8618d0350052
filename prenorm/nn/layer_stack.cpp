#include "prenorm/nn/layer_stack.h"

#include "prenorm/nn/depth_scales.h"

namespace prenorm::nn {

StackLayer::StackLayer(const Scope& scope, const ModelConfig& config, const Layer& layer)
    : self_attention_(scope / "self_attention", config, layer,
                      depth_scales(config, {layer, Sublayer::kSelfAttention}).gains),
      self_attention_residual_(scope / "self_attention", config, {layer, Sublayer::kSelfAttention}),
      feed_forward_(scope / "feed_forward", config, layer.stack,
                    depth_scales(config, {layer, Sublayer::kFeedForward}).gains),
      feed_forward_residual_(scope / "feed_forward", config, {layer, Sublayer::kFeedForward}) {}

Stream StackLayer::operator()(const Stream& in, const Packing& packing, const Context& context) const {
  const Stream h =
      self_attention_residual_(in, context, [&](const at::Tensor& y) { return self_attention_(y, packing, context); });
  return feed_forward_residual_(h, context, [&](const at::Tensor& y) { return feed_forward_(y, context); });
}

Stream StackLayer::step(const Stream& in, KeyValueCache& cache, const Picks& picks) const {
  const Context inference;
  const Stream h = self_attention_residual_(in, inference,
                                            [&](const at::Tensor& y) { return self_attention_.step(y, cache, picks); });
  return feed_forward_residual_(h, inference, [&](const at::Tensor& y) { return feed_forward_(y, inference); });
}

LayerStack::LayerStack(const Scope& scope, const ModelConfig& config, Stack stack) : end_(scope, config, stack) {
  for (std::int64_t i = 0; i < layers_of(config, stack); ++i)
    layers_.emplace_back(scope / "layers" / i, config, Layer{stack, i});
}

at::Tensor LayerStack::operator()(const at::Tensor& x, const Packing& packing, const Context& context) const {
  Stream stream{x};
  for (const StackLayer& layer : layers_) stream = layer(stream, packing, context);
  return end_(stream, context);
}

at::Tensor LayerStack::step(const at::Tensor& x, std::vector<KeyValueCache>& caches, const Picks& picks) const {
  Stream stream{x};
  for (std::size_t i = 0; i < layers_.size(); ++i) stream = layers_[i].step(stream, caches[i], picks);
  return end_(stream, Context{});
}

}  // namespace prenorm::nn
