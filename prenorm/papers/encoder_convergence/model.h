// The encoder of Wu et al. 2023 with its feed-forward weight merged into W_V, as in the paper's analysis:
//
//   f(X) = tau_1 w_O^T sum over tokens i of relu(W_V X^T beta_i),   beta_i = softmax(tau_0 X W_K^T W_Q x_i),
//
// for X of d_s tokens of dimension d; W_Q, W_K, W_V [d_m, d] and w_O [d_m] are trained. d_m is the width. All in
// double.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "prenorm/papers/encoder_convergence/samples.h"

namespace prenorm::papers::encoder_convergence {

// Variances of w_O and of W_Q, W_K, W_V, and tau_1: LeCun 1/d_m, 1/d, 1/d_s; He 2/d_m, 2/d, 1/d_s; NTK 1, 1,
// d_m^(-1/2) / d_s.
enum class Initialization : std::uint8_t { kLeCun, kHe, kNtk };
// tau_0: d_m^(-1/2), as in practice, or d_m^(-1), as in infinite-width analysis.
enum class AttentionScale : std::uint8_t { kInverseRoot, kInverse };

std::string_view name_of(Initialization initialization);  // "LeCun"
std::string_view name_of(AttentionScale scale);           // "d_m^(-1/2)"

struct Model {
  Initialization initialization = Initialization::kLeCun;
  AttentionScale scale = AttentionScale::kInverseRoot;
  std::int64_t width = 0;  // d_m

  double tau_0() const;
  double tau_1(std::int64_t tokens_per_sample) const;
};

// Weights, or a gradient with respect to them.
struct Weights {
  at::Tensor query, key, value;  // [d_m, d]
  at::Tensor output;             // [d_m]

  std::array<const at::Tensor*, 4> all() const { return {&query, &key, &value, &output}; }
  Weights clone() const { return {query.clone(), key.clone(), value.clone(), output.clone()}; }
};

// A function of width, dimension and seed; initialisations differ by a factor alone.
Weights initial_weights(const Model& model, std::int64_t dimension, std::uint64_t seed);

// The model on fixed samples, all at once: rows of matrices are tokens, those of a sample together. It keeps its
// buffers, since an allocation per epoch would cost as much as a product.
class Encoder {
 public:
  Encoder(const Model& model, const Samples& samples);

  // tau_0 x_i^T W_Q^T W_K x_j, before softmax: [N, d_s, d_s].
  at::Tensor logits(const Weights& weights) const;
  void forward(const Weights& weights);
  // The rest refers to the last forward().
  const at::Tensor& outputs() const { return outputs_; }      // f(X_n): [N]
  const at::Tensor& features() const { return features_; }    // tau_1 sum over i of relu(...): [N, d_m], called F
  const at::Tensor& attention() const { return attention_; }  // beta_i as rows: [N, d_s, d_s]
  const at::Tensor& mixed() const { return mixed_; }          // X^T beta_i as rows: [N d_s, d]
  const Samples& samples() const { return samples_; }
  double loss() const;  // 1/2 sum over n of (f(X_n) - y_n)^2

  // The gradient of the sum over n of residual_n f(X_n); with residual = f - y it is that of loss().
  Weights gradient(const Weights& weights, const at::Tensor& residual);
  // The gradients of each f(X_n) by what follows them: before relu, [N d_s, d_m], and by the logits, tau_0 included,
  // [N, d_s, d_s].
  const at::Tensor& activation_gradients(const Weights& weights, const at::Tensor& residual);
  at::Tensor logit_gradients(const Weights& weights, const at::Tensor& activation_gradients) const;

 private:
  Model model_;
  Samples samples_;
  double tau_1_;
  at::Tensor attention_, mixed_, activations_, gradients_, features_, outputs_;
};

}  // namespace prenorm::papers::encoder_convergence
