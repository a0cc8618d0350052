// Networks of frozen random pairs of layers, of which only the normalisation is tuned, that equal a given ReLU network
// on the unit ball (docs/papers/norm-only.md has the derivation).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "prenorm/papers/norm_only/khatri_rao.h"

namespace prenorm::papers::norm_only {

// Batch normalisation with fixed statistics: scale (u - mean) / deviation + shift for each unit.
struct Normalization {
  at::Tensor scale, shift;     // the tuned gamma and beta
  at::Tensor mean, deviation;  // of inference mode; undefined = 0 and 1

  at::Tensor of(const at::Tensor& u) const;
  // The same function with other statistics.
  Normalization with_statistics(const at::Tensor& mean, const at::Tensor& deviation) const;
};

struct Pair {
  at::Tensor first, second;    // W1 [m, d], W2 [d, m], frozen
  Normalization inner, outer;  // after W1 and after W2
};

// What a pair adds its output to, and what it reads. A target layer takes one pair without skips, k pairs with them.
enum class Skips : std::uint8_t {
  kNone,      // nothing: z' = relu(pair(z)), width d^2
  kPrevious,  // the previous pair's output, which it reads: s' = relu(s + pair(s)), as in He et al. 2016
  kInput      // the previous pair's output of the same target layer, whose input z it reads: s' = relu(s + pair(z))
};

struct Network {
  Skips skips = Skips::kNone;
  std::int64_t pairs_per_layer = 1;  // k
  std::vector<Pair> pairs;           // k for each target layer

  // Rows of z [inputs, d] to outputs, in the dtype of z; `least` becomes the least hidden pre-activation of each input.
  at::Tensor operator()(const at::Tensor& z, at::Tensor* least = nullptr) const;
};

// z -> relu(W_l relu(... relu(W_1 z))), rows of z are inputs.
at::Tensor target_outputs(const std::vector<at::Tensor>& weights, const at::Tensor& z);

struct BuildOptions {
  Skips skips = Skips::kNone;
  std::int64_t pairs_per_layer = 1;  // k, a divisor of d; 1 without skips
  std::int64_t width = 0;            // m; 0 = d^2 / k
  std::uint64_t key = 1;             // of the frozen weights
};

struct Built {
  Network network;
  // By pair, in order.
  std::vector<double> condition, residual;
  double largest_scale = 0, largest_shift = 0;  // |gamma| and |beta| of the inner normalisation
  // For each target layer, |M - W*|_F / |W* - skip|_F of the map M that it computes: skip is the identity that
  // kPrevious passes on, else zero.
  std::vector<double> distance;
};
// Equal to the target for |z| <= 1 if the equations of every pair are solvable. Errors: UsageError if k does not
// divide d.
Built build(const std::vector<at::Tensor>& target, const BuildOptions& options);

}  // namespace prenorm::papers::norm_only
