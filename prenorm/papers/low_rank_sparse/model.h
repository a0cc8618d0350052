// The one-layer Transformer of Li et al. 2024 (section 3): with the tokens of a sample as the columns of X,
//
//   F(X) = (1/L) sum over l of a^T relu(W_O W_V X softmax(X^T W_K^T W_Q x_l)).
//
// The signs a are fixed at +-1/sqrt(m). The loss is the hinge max(0, 1 - y F(X)).
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>

#include "prenorm/papers/low_rank_sparse/samples.h"

namespace prenorm::papers::low_rank_sparse {

// W_Q, W_K, W_V are [d, d]; W_O is [m, d], a row for each neuron.
enum MatrixIndex : std::uint8_t { kQuery, kKey, kValue, kOutput };
inline constexpr std::array kMatrixNames = {"W_Q", "W_K", "W_V", "W_O"};
using Matrices = std::array<at::Tensor, kMatrixNames.size()>;

struct Model {
  Matrices weights;
  at::Tensor signs;  // a, [m]
};

struct ModelSetting {
  std::int64_t neurons = 100;      // m
  double identity = 0.2;           // W_Q, W_K, W_V start as this multiple of the identity
  double output_deviation = 0.01;  // of the normal entries of W_O at the start
};
std::string name_of(const ModelSetting& setting);

Model initial_model(const ModelSetting& setting, std::int64_t dimension, std::uint64_t seed);

// What the model computes on the way from tokens [samples, L, d] to its outputs.
struct Activations {
  at::Tensor queries, keys, attention, mixed, values;  // attention: [samples, L of queries, L of keys]
  at::Tensor hidden;                                   // before the relu: [samples, L, m]
};
Activations activations_of(const Model& model, const at::Tensor& tokens);

// The share of each neuron in the outputs, a_i mean over l of relu(hidden_i): [samples, m]. F is the sum of a row.
at::Tensor contributions_of(const Model& model, const Activations& activations);
at::Tensor outputs_of(const Model& model, const at::Tensor& tokens);  // F, [samples]

double mean_hinge(const at::Tensor& outputs, const at::Tensor& labels);
double error_rate(const at::Tensor& outputs, const at::Tensor& labels);  // share of outputs without the label's sign

// The mean hinge loss of samples and its gradient.
struct LossGradient {
  double loss = 0;
  Matrices gradient;
};
LossGradient loss_gradient(const Model& model, const Samples& samples);

}  // namespace prenorm::papers::low_rank_sparse
