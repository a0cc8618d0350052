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
enum class QueryKey : std::uint8_t { kZero, kGaussian };      // W_Q = 0, or both matrices N(0, 1 / d_model)

struct NetworkSetting {
  Method method = Method::kPlain;
  std::int64_t layers = 12, tokens = 64, d_model = 256;
  Sublayers sublayers = Sublayers::kBoth;
  Inputs inputs = Inputs::kGaussian;
  QueryKey query_key = QueryKey::kZero;
  bool tat = false;  // the leaky ReLU of slope_for(layers), else ReLU
  std::uint64_t seed = 1;

  std::string name() const;  // everything that the network depends on
  double slope() const;      // of the activation
};

inline constexpr std::int64_t kHeads = 4;
inline constexpr std::int64_t kHiddenRatio = 4;  // d_ff / d_model

// [tokens, d_model], double.
at::Tensor inputs_of(const NetworkSetting& setting);
// A random matrix with orthonormal rows or columns, whichever are fewer, times max(sqrt(columns / rows), 1). It is
// applied from the right.
at::Tensor orthogonal_matrix(std::int64_t rows, std::int64_t columns, std::uint64_t key);

// The kernels x x^T / d_model of the inputs and after each layer.
std::vector<at::Tensor> network_kernels(const NetworkSetting& setting);

}  // namespace prenorm::papers::no_shortcuts
