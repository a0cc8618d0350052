#include "prenorm/papers/no_shortcuts/stack_kernels.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/eye.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "prenorm/nn/layer_stack.h"
#include "prenorm/papers/no_shortcuts/activation_map.h"

namespace prenorm::papers::no_shortcuts {
namespace {

AttentionShaping shaping_of(Method method) {
  switch (method) {
    case Method::kPlain: return AttentionShaping::kPlain;
    case Method::kUniform: return AttentionShaping::kUSpa;
    case Method::kExponential: return AttentionShaping::kESpa;
    case Method::kValueSkip: break;
  }
  return AttentionShaping::kValueSkipinit;
}

// Attention that copies its input is V-SkipInit with W_V = W_O = I. A feed-forward network that copies it has a slope
// of 1, which is that of eta = 0; an eta that no depth reaches gives ReLU.
ModelConfig config_of(const NetworkSetting& s) {
  ModelConfig config;
  config.norm_placement = NormPlacement::kNone;
  config.attention_skip = config.feed_forward_skip = 0;
  config.decoder_layers = s.layers;
  config.d_model = s.d_model;
  config.d_ff = kHiddenRatio * s.d_model;
  config.num_heads = kHeads;
  config.attention = s.sublayers == Sublayers::kFeedForward ? AttentionShaping::kValueSkipinit : shaping_of(s.method);
  config.attention_decay = kDecay;
  config.attention_correlation = kCorrelation;
  config.activation = Activation::kTatRelu;
  config.tat_eta = s.sublayers == Sublayers::kAttention ? 0 : s.tat ? kTatTarget : 0.999;
  config.dropout = 0;
  return config;
}

// The weights of a layer, or those of sublayers that copy their input.
BlockWeights complete_weights(const NetworkSetting& s, std::int64_t layer) {
  BlockWeights w = block_weights(s, layer);
  const at::Tensor one = at::eye(s.d_model, at::kDouble), none = one * 0;
  if (s.sublayers == Sublayers::kFeedForward) w = {none, none, one, one, w.up, w.down};
  if (s.sublayers == Sublayers::kAttention) {
    w.up = at::cat({one, none, none, none}, 1);
    w.down = w.up.t();
  }
  return w;
}

// Matrices of nn/ are applied from the left.
void set_weights(const NetworkSetting& s, const nn::Parameters& parameters) {
  const at::NoGradGuard no_grad;
  for (const nn::Parameter& p : parameters.list())
    if (p.name.ends_with(".bias")) p.value.detach().zero_();
  for (std::int64_t layer = 1; layer <= s.layers; ++layer) {
    const BlockWeights w = complete_weights(s, layer);
    const auto set = [&](const char* name, const at::Tensor& value) {
      parameters.at(fmt::format("decoder.layers.{}.{}.weight", layer - 1, name)).detach().copy_(value.t());
    };
    set("self_attention.qkv", at::cat({w.query, w.key, w.value}, 1));
    set("self_attention.out", w.out);
    set("feed_forward.up", w.up);
    set("feed_forward.down", w.down);
  }
}

}  // namespace

std::vector<at::Tensor> stack_kernels(const NetworkSetting& s) {
  const at::NoGradGuard no_grad;
  nn::Parameters parameters(s.seed, at::kDouble);
  const nn::LayerStack stack(nn::Scope(parameters) / "decoder", config_of(s), Stack::kDecoder);
  parameters.complete();
  set_weights(s, parameters);
  const at::Tensor x = inputs_of(s);
  std::vector<at::Tensor> kernels = {kernel_of(x)};
  const nn::Observer observer = [&](std::string_view point, const at::Tensor& value) {
    if (point.ends_with(".feed_forward.output")) kernels.push_back(kernel_of(value));
  };
  const std::vector<std::int64_t> one_sequence = {0, s.tokens};
  stack(x, nn::Packing::from_offsets(one_sequence), {.observer = &observer});
  return kernels;
}

double relative_difference(const std::vector<at::Tensor>& kernels, const std::vector<at::Tensor>& expected) {
  double difference = 0, entry = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference = std::max(difference, (kernels.at(i) - expected[i]).abs().max().item<double>());
    entry = std::max(entry, expected[i].abs().max().item<double>());
  }
  return difference / entry;
}

}  // namespace prenorm::papers::no_shortcuts
