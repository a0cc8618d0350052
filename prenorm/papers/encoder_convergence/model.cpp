#include "prenorm/papers/encoder_convergence/model.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/softmax.h>

#include <algorithm>
#include <cmath>

#include "prenorm/nn/initialization.h"

namespace prenorm::papers::encoder_convergence {
namespace {

at::Tensor normal_weights(at::IntArrayRef shape, double variance, std::string_view name, std::uint64_t seed) {
  at::Tensor weight = at::empty(shape, at::kDouble);
  nn::normal(std::sqrt(variance))(weight, RandomStream(mix_key({name_key(name), seed})));
  return weight;
}

// features[n] = tau_1 sum over the tokens of sample n of relu(row).
void pool_relu(at::Tensor& features, const at::Tensor& rows, double tau_1) {
  const std::int64_t samples = features.size(0), width = features.size(1), tokens = rows.size(0) / samples;
  const double* row = rows.data_ptr<double>();
  for (std::int64_t n = 0; n < samples; ++n) {
    double* sum = features.data_ptr<double>() + n * width;
    std::fill_n(sum, width, 0.0);
    for (std::int64_t i = 0; i < tokens; ++i, row += width)
      for (std::int64_t k = 0; k < width; ++k) sum[k] += row[k] > 0 ? tau_1 * row[k] : 0;
  }
}

// gradients = scale[n] weight[k] where rows > 0, else 0.
void relu_gradient(at::Tensor& gradients, const at::Tensor& rows, const at::Tensor& scale, const at::Tensor& weight) {
  const std::int64_t samples = scale.size(0), width = rows.size(1), tokens = rows.size(0) / samples;
  const double *row = rows.data_ptr<double>(), *w = weight.data_ptr<double>();
  double* gradient = gradients.data_ptr<double>();
  for (std::int64_t n = 0; n < samples; ++n) {
    const double r = scale.data_ptr<double>()[n];
    for (std::int64_t i = 0; i < tokens; ++i, row += width, gradient += width)
      for (std::int64_t k = 0; k < width; ++k) gradient[k] = row[k] > 0 ? r * w[k] : 0;
  }
}

}  // namespace

std::string_view name_of(Initialization initialization) {
  constexpr std::string_view kNames[] = {"LeCun", "He", "NTK"};
  return kNames[static_cast<std::size_t>(initialization)];
}

std::string_view name_of(AttentionScale scale) { return scale == AttentionScale::kInverse ? "d_m^(-1)" : "d_m^(-1/2)"; }

double Model::tau_0() const {
  const auto d_m = static_cast<double>(width);
  return scale == AttentionScale::kInverse ? 1 / d_m : 1 / std::sqrt(d_m);
}

double Model::tau_1(std::int64_t tokens) const {
  const double mean = 1 / static_cast<double>(tokens);
  return initialization == Initialization::kNtk ? mean / std::sqrt(static_cast<double>(width)) : mean;
}

Weights initial_weights(const Model& m, std::int64_t dimension, std::uint64_t seed) {
  const bool is_ntk = m.initialization == Initialization::kNtk;
  const double gain = m.initialization == Initialization::kHe ? 2 : 1;
  const double of_matrix = is_ntk ? 1 : gain / static_cast<double>(dimension);
  const double of_output = is_ntk ? 1 : gain / static_cast<double>(m.width);
  const auto matrix = [&](std::string_view name) {
    return normal_weights({m.width, dimension}, of_matrix, name, seed);
  };
  return {matrix("W_Q"), matrix("W_K"), matrix("W_V"), normal_weights({m.width}, of_output, "w_O", seed)};
}

Encoder::Encoder(const Model& model, const Samples& samples)
    : model_(model),
      samples_(samples),
      tau_1_(model.tau_1(samples.tokens_per_sample)),
      mixed_(at::empty_like(samples.tokens)),
      activations_(at::empty({samples.tokens.size(0), model.width}, at::kDouble)),
      gradients_(at::empty_like(activations_)),
      features_(at::empty({samples.count(), model.width}, at::kDouble)) {}

at::Tensor Encoder::logits(const Weights& w) const {
  const at::Tensor by_sample = samples_.by_sample();
  const at::Tensor queries = samples_.tokens.mm(w.query.t().mm(w.key)).view_as(by_sample);
  return model_.tau_0() * queries.bmm(by_sample.transpose(1, 2));
}

void Encoder::forward(const Weights& w) {
  attention_ = at::softmax(logits(w), 2);
  mixed_ = attention_.bmm(samples_.by_sample()).view_as(samples_.tokens);
  at::mm_out(activations_, mixed_, w.value.t());
  pool_relu(features_, activations_, tau_1_);
  outputs_ = features_.mv(w.output);
}

double Encoder::loss() const { return 0.5 * (outputs_ - samples_.labels).square().sum().item<double>(); }

const at::Tensor& Encoder::activation_gradients(const Weights& w, const at::Tensor& residual) {
  relu_gradient(gradients_, activations_, tau_1_ * residual, w.output);
  return gradients_;
}

at::Tensor Encoder::logit_gradients(const Weights& w, const at::Tensor& activation_gradients) const {
  const at::Tensor by_sample = samples_.by_sample();
  const at::Tensor of_mixed = activation_gradients.mm(w.value).view_as(by_sample);
  const at::Tensor of_attention = of_mixed.bmm(by_sample.transpose(1, 2));
  return model_.tau_0() * attention_ * (of_attention - (of_attention * attention_).sum(2, /*keepdim=*/true));
}

Weights Encoder::gradient(const Weights& w, const at::Tensor& residual) {
  const at::Tensor& d = activation_gradients(w, residual);
  const at::Tensor logits = logit_gradients(w, d);
  // The logit of tokens i and j is tau_0 x_i^T W_Q^T W_K x_j, so both gradients follow from sum d_ij x_i x_j^T.
  const at::Tensor pairs = samples_.tokens.t().mm(logits.bmm(samples_.by_sample()).view_as(samples_.tokens));
  return {w.key.mm(pairs.t()), w.query.mm(pairs), d.t().mm(mixed_), features_.t().mv(residual)};
}

}  // namespace prenorm::papers::encoder_convergence
