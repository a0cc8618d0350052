#include "prenorm/papers/no_shortcuts/language_model.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "prenorm/papers/no_shortcuts/activation_map.h"
#include "prenorm/papers/no_shortcuts/network.h"

namespace prenorm::papers::no_shortcuts {
namespace {

nn::Initializer orthogonal(std::int64_t rows, std::int64_t columns) {
  return
      [=](at::Tensor& weight, RandomStream random) { weight.copy_(orthogonal_matrix(rows, columns, random.next())); };
}

// [tokens, d_model]: sin and cos of the position times 10000^(-2i/d), Vaswani et al. 2017.
at::Tensor sinusoids(std::int64_t tokens, std::int64_t d_model) {
  const at::Tensor position = at::arange(tokens, at::kDouble).unsqueeze(1);
  const at::Tensor pair = at::arange(d_model / 2, at::kDouble);
  const at::Tensor angle = position * (pair * (-2 * std::log(10000.0) / static_cast<double>(d_model))).exp();
  return at::stack({angle.sin(), angle.cos()}, -1).view({tokens, d_model});
}

// ln A, which softmax divides by its row sums; -infinity above the diagonal. V-SkipInit has plain attention beside the
// values.
at::Tensor bias_of(Method method, std::int64_t tokens, std::int64_t layer, std::int64_t layers) {
  const at::Tensor masked = at::ones({tokens, tokens}, at::kDouble).tril().log();
  if (method == Method::kPlain || method == Method::kValueSkip) return masked;
  if (method == Method::kExponential) return masked + log_exponential_attention(tokens, layer, layers);
  const at::Tensor a = attention_of(method, tokens, layer, layers);
  return at::where(a > 0, a, at::ones({}, at::kDouble)).log() + masked;
}

}  // namespace

std::string_view name_of(Arm arm) {
  static constexpr std::array<std::string_view, 6> kNames = {
      "Pre-LN", "shortcuts, no normalisation", "plain", "V-SkipInit", "U-SPA", "E-SPA"};
  return kNames.at(static_cast<std::size_t>(arm));
}

bool has_shortcuts(Arm arm) { return arm == Arm::kPreLn || arm == Arm::kNoNorm; }

Method method_of(Arm arm) {
  switch (arm) {
    case Arm::kValueSkip: return Method::kValueSkip;
    case Arm::kUniform: return Method::kUniform;
    case Arm::kExponential: return Method::kExponential;
    default: return Method::kPlain;
  }
}

LanguageModel::LanguageModel(const LanguageModelSetting& setting, at::ScalarType dtype)
    : setting_(setting),
      parameters_(setting.seed, dtype),
      slope_(has_shortcuts(setting.arm) ? 0 : slope_for(setting.layers)),
      table_(parameters_.add("embedding", {setting.vocabulary, setting.d_model},
                             nn::normal(1 / std::sqrt(static_cast<double>(setting.d_model))))),
      positions_(sinusoids(setting.tokens, setting.d_model).to(dtype)) {
  for (std::int64_t layer = 0; layer < setting_.layers; ++layer) layers_.push_back(make_layer(layer));
  if (setting_.arm == Arm::kPreLn) {
    final_norm_ = parameters_.add("final_norm", {setting_.d_model}, nn::constant(1));
    final_norm_bias_ = parameters_.add("final_norm_bias", {setting_.d_model}, nn::constant(0));
  }
  parameters_.complete();
}

LanguageModel::LayerWeights LanguageModel::make_layer(std::int64_t layer) {
  const std::int64_t d = setting_.d_model, hidden = kHiddenRatio * d;
  const double deviation = 1 / std::sqrt(static_cast<double>(d));
  const auto add = [&](const char* name, at::IntArrayRef shape, const nn::Initializer& initializer) {
    return parameters_.add(name + std::to_string(layer), shape, initializer);
  };
  LayerWeights w;
  w.query = add("query", {d, d}, has_shortcuts(setting_.arm) ? nn::normal(deviation) : nn::constant(0));
  w.key = add("key", {d, d}, nn::normal(deviation));
  w.value = add("value", {d, d}, orthogonal(d, d));
  w.out = add("out", {d, d}, orthogonal(d, d));
  w.up = add("up", {d, hidden}, orthogonal(d, hidden));
  w.up_bias = add("up_bias", {hidden}, nn::constant(0));
  w.down = add("down", {hidden, d}, orthogonal(hidden, d));
  w.down_bias = add("down_bias", {d}, nn::constant(0));
  if (setting_.arm == Arm::kPreLn) {
    w.attention_norm = add("attention_norm", {d}, nn::constant(1));
    w.attention_norm_bias = add("attention_norm_bias", {d}, nn::constant(0));
    w.feed_forward_norm = add("feed_forward_norm", {d}, nn::constant(1));
    w.feed_forward_norm_bias = add("feed_forward_norm_bias", {d}, nn::constant(0));
  }
  if (setting_.arm == Arm::kValueSkip) {
    w.skip = add("skip", {1}, nn::constant(1));
    w.gain = add("gain", {1}, nn::constant(0));
  }
  const Method method = method_of(setting_.arm);
  const at::ScalarType dtype = w.key.scalar_type();
  w.bias = bias_of(method, setting_.tokens, layer + 1, setting_.layers).to(dtype);
  if (method == Method::kUniform || method == Method::kExponential)
    w.row_scale = attention_of(method, setting_.tokens, layer + 1, setting_.layers).sum(1, /*keepdim=*/true).to(dtype);
  return w;
}

at::Tensor LanguageModel::attention(const LayerWeights& w, const at::Tensor& x) const {
  const std::int64_t heads = setting_.num_heads, width = setting_.d_model / heads;
  const auto by_head = [&](const at::Tensor& weight) {
    return at::matmul(x, weight).view({x.size(0), x.size(1), heads, width}).transpose(1, 2);
  };
  const at::Tensor values = by_head(w.value);
  const at::Tensor scores =
      at::matmul(by_head(w.query), by_head(w.key).transpose(2, 3)) / std::sqrt(static_cast<double>(width)) + w.bias;
  at::Tensor mixed = at::matmul(at::softmax(scores, -1), values);
  if (w.row_scale.defined()) mixed = mixed * w.row_scale;
  if (w.skip.defined()) mixed = w.skip * values + w.gain * mixed;
  return at::matmul(mixed.transpose(1, 2).reshape(x.sizes()), w.out);
}

at::Tensor LanguageModel::feed_forward(const LayerWeights& w, const at::Tensor& x) const {
  const at::Tensor hidden = at::leaky_relu(at::matmul(x, w.up) + w.up_bias, slope_);
  return at::matmul(hidden * std::sqrt(2 / (1 + slope_ * slope_)), w.down) + w.down_bias;
}

at::Tensor LanguageModel::add(const at::Tensor& x, const at::Tensor& branch) const {
  if (!has_shortcuts(setting_.arm)) return branch;
  if (setting_.arm == Arm::kPreLn) return x + branch;
  const double gain_squared = 1 / (2 * static_cast<double>(setting_.layers));
  return std::sqrt(1 - gain_squared) * x + std::sqrt(gain_squared) * branch;
}

at::Tensor LanguageModel::loss(const batches::TextBatch& batch) const {
  const std::int64_t d = setting_.d_model;
  const auto normed = [d](const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    return weight.defined() ? at::layer_norm(x, {d}, weight, bias) : x;
  };
  const at::Tensor ids = at::tensor(batch.tokens.ids, at::kLong).view({batch.sequences(), setting_.tokens});
  at::Tensor x = at::embedding(table_, ids) * std::sqrt(static_cast<double>(d)) + positions_;
  for (const LayerWeights& w : layers_) {
    x = add(x, attention(w, normed(x, w.attention_norm, w.attention_norm_bias)));
    x = add(x, feed_forward(w, normed(x, w.feed_forward_norm, w.feed_forward_norm_bias)));
  }
  const at::Tensor logits = at::matmul(normed(x, final_norm_, final_norm_bias_), table_.t());
  return at::cross_entropy_loss(logits.view({-1, setting_.vocabulary}), at::tensor(batch.targets, at::kLong));
}

}  // namespace prenorm::papers::no_shortcuts
