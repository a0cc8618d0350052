// A network without shortcuts and without normalisation at initialisation, in plain ATen and double precision: the
// reference that models of prenorm are compared with.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/papers/no_shortcuts/kernels.h"

namespace prenorm::papers::no_shortcuts {

enum class Sublayers : std::uint8_t { kAttention, kFeedForward, kBoth };
enum class Inputs : std::uint8_t { kOrthogonal, kGaussian };  // rows of norm sqrt(d_model), about so if Gaussian
// W_Q = 0 and W_K ~ N(0, 1 / d_model), or both Gaussian with the variance sqrt(score_gain) / d_model.
enum class QueryKey : std::uint8_t { kZero, kGaussian };

struct NetworkSetting {
  Method method = Method::kPlain;
  std::int64_t layers = 12, tokens = 64, d_model = 256;
  Sublayers sublayers = Sublayers::kBoth;
  Inputs inputs = Inputs::kGaussian;
  QueryKey query_key = QueryKey::kZero;
  double score_gain = 1;    // of Gaussian queries and keys: the variance of scores of independent tokens
  bool causal = true;       // plain attention alone can see all tokens
  bool normalized = false;  // tokens get the norm sqrt(d_model) after each sublayer
  bool tat = false;         // the leaky ReLU of slope_for(layers), else ReLU
  std::uint64_t seed = 1;

  std::string name() const;  // everything that the network depends on
  double slope() const;      // of the activation
};

inline constexpr std::int64_t kHeads = 4;
inline constexpr std::int64_t kHiddenRatio = 4;  // d_ff / d_model

// [tokens, d_model], double.
at::Tensor inputs_of(const NetworkSetting& setting);
at::Tensor kernel_of(const at::Tensor& x);  // x x^T / d_model
// A random matrix with orthonormal rows or columns, whichever are fewer, times max(sqrt(columns / rows), 1). It is
// applied from the right.
at::Tensor orthogonal_matrix(std::int64_t rows, std::int64_t columns, std::uint64_t key);

// The matrices of layer 1 ... layers, applied from the right; those that the network does not have are undefined.
struct BlockWeights {
  at::Tensor query, key, value, out;  // [d_model, d_model]
  at::Tensor up, down;                // [d_model, 4 d_model], [4 d_model, d_model]
};
BlockWeights block_weights(const NetworkSetting& setting, std::int64_t layer);

// The kernels x x^T / d_model of the inputs and after each layer.
std::vector<at::Tensor> network_kernels(const NetworkSetting& setting);

}  // namespace prenorm::papers::no_shortcuts
