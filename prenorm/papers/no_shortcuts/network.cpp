#include "prenorm/papers/no_shortcuts/network.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "prenorm/base/random.h"
#include "prenorm/nn/initialization.h"
#include "prenorm/papers/no_shortcuts/activation_map.h"

namespace prenorm::papers::no_shortcuts {
namespace {

at::Tensor gaussian_matrix(std::int64_t rows, std::int64_t columns, double deviation, std::uint64_t key) {
  at::Tensor values = at::empty({rows, columns}, at::kDouble);
  nn::normal(deviation)(values, RandomStream(key));
  return values;
}

class NetworkLayer {
 public:
  NetworkLayer(const NetworkSetting& setting, std::int64_t layer)
      : setting_(setting), layer_(layer), weights_(block_weights(setting, layer)) {}

  at::Tensor operator()(at::Tensor x) const {
    if (setting_.sublayers != Sublayers::kFeedForward) x = normalized(attention(x));
    if (setting_.sublayers != Sublayers::kAttention) x = normalized(feed_forward(x));
    return x;
  }

 private:
  at::Tensor normalized(const at::Tensor& x) const {
    if (!setting_.normalized) return x;
    return x / x.square().mean(1, /*keepdim=*/true).sqrt();
  }
  // The attention matrix with W_Q = 0, scale of rows included.
  at::Tensor shape(std::int64_t tokens) const {
    if (setting_.causal) return attention_of(setting_.method, tokens, layer_, setting_.layers);
    return at::full({tokens, tokens}, 1 / static_cast<double>(tokens), at::kDouble);
  }
  at::Tensor attention(const at::Tensor& x) const {
    const at::Tensor values = at::matmul(x, weights_.value), a = shape(x.size(0));
    const at::Tensor mixed = setting_.query_key == QueryKey::kZero ? at::matmul(a, values) : heads_mix(x, values, a);
    return at::matmul(mixed, weights_.out);
  }
  // softmax(Q K^T / sqrt(d_k) + ln A) by head, rows times their sums in A.
  at::Tensor heads_mix(const at::Tensor& x, const at::Tensor& values, const at::Tensor& a) const {
    const std::int64_t d = setting_.d_model, tokens = x.size(0);
    const auto by_head = [&](const at::Tensor& y) { return y.view({tokens, kHeads, d / kHeads}).transpose(0, 1); };
    const at::Tensor queries = by_head(at::matmul(x, weights_.query)), keys = by_head(at::matmul(x, weights_.key));
    const at::Tensor scores =
        at::bmm(queries, keys.transpose(1, 2)) / std::sqrt(static_cast<double>(d / kHeads)) + a.log();
    const at::Tensor mixed = at::bmm(at::softmax(scores, -1), by_head(values)) * a.sum(1).view({1, tokens, 1});
    return mixed.transpose(0, 1).reshape({tokens, d});
  }
  at::Tensor feed_forward(const at::Tensor& x) const {
    const double slope = setting_.slope();
    const at::Tensor h = at::matmul(x, weights_.up);
    return at::matmul(at::maximum(h, slope * h) * std::sqrt(2 / (1 + slope * slope)), weights_.down);
  }

  const NetworkSetting& setting_;
  std::int64_t layer_;
  BlockWeights weights_;
};

std::string_view text_of(Sublayers sublayers) {
  static constexpr std::array<std::string_view, 3> kNames = {"attention only", "feed-forward only", "whole blocks"};
  return kNames.at(static_cast<std::size_t>(sublayers));
}

}  // namespace

std::string NetworkSetting::name() const {
  return fmt::format("{}, {}, {} layers, {} tokens, d_model {}, {} inputs, {} queries, {}{}, {}, seed {}",
                     name_of(method), text_of(sublayers), layers, tokens, d_model,
                     inputs == Inputs::kOrthogonal ? "orthogonal" : "Gaussian",
                     query_key == QueryKey::kZero ? "zero" : fmt::format("Gaussian {}", score_gain),
                     causal ? "causal" : "all tokens", normalized ? ", normalised" : "", tat ? "TAT" : "ReLU", seed);
}

double NetworkSetting::slope() const { return tat ? slope_for(layers) : 0; }

at::Tensor orthogonal_matrix(std::int64_t rows, std::int64_t columns, std::uint64_t key) {
  const auto [large, small] = std::pair(std::max(rows, columns), std::min(rows, columns));
  const auto [q, r] = at::linalg_qr(gaussian_matrix(large, small, 1, key));
  // With the signs of R's diagonal, Q is uniform over orthogonal matrices (Mezzadri 2007).
  const at::Tensor uniform = q * r.diagonal().sign();
  const double scale = std::max(std::sqrt(static_cast<double>(columns) / static_cast<double>(rows)), 1.0);
  return (rows < columns ? uniform.t() : uniform) * scale;
}

at::Tensor inputs_of(const NetworkSetting& s) {
  const std::uint64_t key = mix_key({name_key("inputs"), s.seed});
  if (s.inputs == Inputs::kGaussian) return gaussian_matrix(s.tokens, s.d_model, 1, key);
  return orthogonal_matrix(s.tokens, s.d_model, key) * std::sqrt(static_cast<double>(std::min(s.tokens, s.d_model)));
}

at::Tensor kernel_of(const at::Tensor& x) { return at::matmul(x, x.t()) / static_cast<double>(x.size(1)); }

BlockWeights block_weights(const NetworkSetting& s, std::int64_t layer) {
  const auto key = [&](std::string_view name) {
    return mix_key({name_key(name), static_cast<std::uint64_t>(layer), s.seed});
  };
  const std::int64_t d = s.d_model, hidden = kHiddenRatio * d;
  BlockWeights w;
  if (s.sublayers != Sublayers::kFeedForward) {
    const double deviation = std::pow(s.score_gain, 0.25) / std::sqrt(static_cast<double>(d));
    w.query = s.query_key == QueryKey::kZero ? at::zeros({d, d}, at::kDouble)
                                             : gaussian_matrix(d, d, deviation, key("query"));
    w.key = gaussian_matrix(d, d, deviation, key("key"));
    w.value = orthogonal_matrix(d, d, key("value"));
    w.out = orthogonal_matrix(d, d, key("out"));
  }
  if (s.sublayers != Sublayers::kAttention) {
    w.up = orthogonal_matrix(d, hidden, key("up"));
    w.down = orthogonal_matrix(hidden, d, key("down"));
  }
  return w;
}

std::vector<at::Tensor> network_kernels(const NetworkSetting& s) {
  at::Tensor x = inputs_of(s);
  std::vector<at::Tensor> kernels = {kernel_of(x)};
  for (std::int64_t layer = 1; layer <= s.layers; ++layer) {
    x = NetworkLayer(s, layer)(x);
    kernels.push_back(kernel_of(x));
  }
  return kernels;
}

}  // namespace prenorm::papers::no_shortcuts
