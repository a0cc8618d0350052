#include "prenorm/papers/no_shortcuts/network.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>
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

// The weights of one layer.
class NetworkLayer {
 public:
  NetworkLayer(const NetworkSetting& setting, std::int64_t layer) : setting_(setting), layer_(layer) {}

  at::Tensor operator()(at::Tensor x) const {
    if (setting_.sublayers != Sublayers::kFeedForward) x = attention(x);
    if (setting_.sublayers != Sublayers::kAttention) x = feed_forward(x);
    return x;
  }

 private:
  std::uint64_t key(std::string_view name) const {
    return mix_key({name_key(name), static_cast<std::uint64_t>(layer_), setting_.seed});
  }
  at::Tensor orthogonal(std::string_view name, std::int64_t rows, std::int64_t columns) const {
    return orthogonal_matrix(rows, columns, key(name));
  }
  at::Tensor attention(const at::Tensor& x) const {
    const std::int64_t d = setting_.d_model;
    const at::Tensor values = at::matmul(x, orthogonal("value", d, d));
    const at::Tensor mixed = setting_.query_key == QueryKey::kZero
                                 ? at::matmul(attention_of(setting_.method, x.size(0), layer_, setting_.layers), values)
                                 : heads_mix(x, values);
    return at::matmul(mixed, orthogonal("out", d, d));
  }
  // softmax(Q K^T / sqrt(d_k) + ln A) by head, rows times their sums in A.
  at::Tensor heads_mix(const at::Tensor& x, const at::Tensor& values) const {
    const std::int64_t d = setting_.d_model, tokens = x.size(0);
    const auto by_head = [&](const at::Tensor& y) { return y.view({tokens, kHeads, d / kHeads}).transpose(0, 1); };
    const double deviation = 1 / std::sqrt(static_cast<double>(d));
    const at::Tensor queries = by_head(at::matmul(x, gaussian_matrix(d, d, deviation, key("query"))));
    const at::Tensor keys = by_head(at::matmul(x, gaussian_matrix(d, d, deviation, key("key"))));
    const at::Tensor shape = attention_of(setting_.method, tokens, layer_, setting_.layers);
    const at::Tensor scores =
        at::bmm(queries, keys.transpose(1, 2)) / std::sqrt(static_cast<double>(d / kHeads)) + shape.log();
    const at::Tensor mixed = at::bmm(at::softmax(scores, -1), by_head(values)) * shape.sum(1).view({1, tokens, 1});
    return mixed.transpose(0, 1).reshape({tokens, d});
  }
  at::Tensor feed_forward(const at::Tensor& x) const {
    const std::int64_t d = setting_.d_model, hidden = kHiddenRatio * d;
    const double slope = setting_.slope();
    const at::Tensor h = at::matmul(x, orthogonal("up", d, hidden));
    return at::matmul(at::maximum(h, slope * h) * std::sqrt(2 / (1 + slope * slope)), orthogonal("down", hidden, d));
  }

  const NetworkSetting& setting_;
  std::int64_t layer_;
};

std::string_view text_of(Sublayers sublayers) {
  static constexpr std::array<std::string_view, 3> kNames = {"attention only", "feed-forward only", "whole blocks"};
  return kNames.at(static_cast<std::size_t>(sublayers));
}

}  // namespace

std::string NetworkSetting::name() const {
  return fmt::format("{}, {}, {} layers, {} tokens, d_model {}, {} inputs, {} queries, {}, seed {}", name_of(method),
                     text_of(sublayers), layers, tokens, d_model,
                     inputs == Inputs::kOrthogonal ? "orthogonal" : "Gaussian",
                     query_key == QueryKey::kZero ? "zero" : "Gaussian", tat ? "TAT" : "ReLU", seed);
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

std::vector<at::Tensor> network_kernels(const NetworkSetting& s) {
  at::Tensor x = inputs_of(s);
  const auto kernel = [&] { return at::matmul(x, x.t()) / static_cast<double>(s.d_model); };
  std::vector<at::Tensor> kernels = {kernel()};
  for (std::int64_t layer = 1; layer <= s.layers; ++layer) {
    x = NetworkLayer(s, layer)(x);
    kernels.push_back(kernel());
  }
  return kernels;
}

}  // namespace prenorm::papers::no_shortcuts
