#include "prenorm/papers/xiong2020/lemma_checks.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

#include "prenorm/nn/initialization.h"
#include "prenorm/ops/layer_norm.h"

namespace prenorm::papers::xiong2020 {
namespace {

constexpr std::int64_t kSamples = 10'000, kJacobians = 20;
constexpr int kPowerIterations = 30;

at::Tensor gaussian(at::IntArrayRef shape, double deviation, std::uint64_t key, at::ScalarType type = at::kFloat) {
  at::Tensor x = at::empty(shape, type);
  nn::normal(deviation)(x, RandomStream(mix_key({name_key("lemmas"), key})));
  return x;
}

std::uint64_t first_key(std::uint64_t seed) { return 1000 * (seed - 1); }

ops::NormWeights plain_norm(std::int64_t d, double eps, at::ScalarType type) {
  return {at::ones({d}, type), at::zeros({d}, type), eps};
}

// J_LN(x) v for one row. The Jacobian is symmetric, so the backward pass computes it.
struct Jacobian {
  at::Tensor x, normed;

  explicit Jacobian(const at::Tensor& row) : x(row.detach().requires_grad_()) {
    normed = ops::layer_norm(x, plain_norm(x.size(1), 1e-12, at::kDouble));
  }
  at::Tensor operator()(const at::Tensor& v) const {
    return torch::autograd::grad({normed}, {x}, {v}, /*retain_graph=*/true)[0];
  }
};

double norm_of(const at::Tensor& x) { return x.square().sum().sqrt().item<double>(); }

double spectral_norm(const Jacobian& jacobian, at::Tensor v) {
  double norm = 0;
  for (int i = 0; i < kPowerIterations; ++i) {
    v = jacobian(v / norm_of(v));
    norm = norm_of(v);
  }
  return norm;
}

}  // namespace

std::vector<Check> check_lemma_1(std::int64_t d, std::uint64_t seed) {
  constexpr double kDeviation = 1.7;
  const at::Tensor x = gaussian({kSamples, d}, kDeviation, first_key(seed) + 1);
  const double expected = kDeviation * kDeviation * static_cast<double>(d) / 2;
  const double relu = at::relu(x).square().sum(1).mean().item<double>() / expected;
  const at::Tensor lengths =
      ops::layer_norm(x, plain_norm(d, 1e-5, at::kFloat)).square().sum(1) / static_cast<double>(d);
  const double off = (lengths - 1).abs().max().item<double>();
  return {{"lemma_1",
           "Lemma 1",
           at_width(d),
           relu,
           1,
           {0.99, 1.01},
           "E‖ReLU(X)‖² over σ²d/2, X ~ N(0, σ²I), 10,000 samples"},
          {"layer_norm_length", "Lemma 2, step 1", at_width(d), off, 0, {0, 1e-4}, "largest |‖LN(x)‖²/d - 1|"}};
}

std::vector<Check> check_lemma_3(std::int64_t d, std::uint64_t seed) {
  double worst_norm = 0, worst_null = 0;
  for (std::int64_t i = 0; i < kJacobians; ++i) {
    const std::uint64_t key = first_key(seed) + static_cast<std::uint64_t>(i);
    // Lengths cover four decades: the norm must be proportional to 1/‖y‖.
    const double deviation = std::pow(10.0, -2 + 4 * static_cast<double>(i) / (kJacobians - 1));
    const Jacobian jacobian(gaussian({1, d}, deviation, 100 + key, at::kDouble));
    const at::Tensor y = (jacobian.x - jacobian.x.mean(1, true)).detach();
    const double predicted = std::sqrt(static_cast<double>(d)) / norm_of(y);
    const double measured = spectral_norm(jacobian, gaussian({1, d}, 1, 200 + key, at::kDouble));
    worst_norm = std::max(worst_norm, std::abs(measured / predicted - 1));
    for (const at::Tensor& v : {y, at::ones_like(y)})
      worst_null = std::max(worst_null, norm_of(jacobian(v)) / norm_of(v) / predicted);
  }
  return {{"lemma_3_spectral_norm",
           "Lemma 3",
           at_width(d),
           worst_norm,
           0,
           {0, 1e-3},
           "largest relative distance of ‖J_LN‖₂ (power iteration) from √d/‖y‖"},
          {"lemma_3_null_space",
           "Lemma 3",
           at_width(d),
           worst_null,
           0,
           {0, 1e-3},
           "largest ‖J_LN v‖ / (‖J_LN‖ ‖v‖), v = 1 and v = y"}};
}

}  // namespace prenorm::papers::xiong2020
