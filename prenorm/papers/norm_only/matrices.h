// Random matrices of frozen networks and of their targets, in double. A matrix is a function of its name, its size and
// the key.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

namespace prenorm::papers::norm_only {

struct MatrixSize {
  std::int64_t rows = 0, columns = 0;
};

// Entries N(0, deviation^2).
at::Tensor normal_matrix(std::string_view name, std::uint64_t key, const MatrixSize& size, double deviation);
// Entries uniform with mean 0 and variance deviation^2.
at::Tensor uniform_matrix(std::string_view name, std::uint64_t key, const MatrixSize& size, double deviation);
// 1 with this probability, else 0.
at::Tensor random_mask(std::string_view name, std::uint64_t key, const MatrixSize& size, double probability);

// Entries N(0, gain / d): gain 1, or 2 for a ReLU network (He et al. 2015).
at::Tensor target_matrix(std::int64_t d, double gain, std::uint64_t key);

// The frozen matrices of a pair of layers with m hidden units: W1 [m, d] ~ N(0, 1/d) and W2 [d, m] ~ N(0, 1/m).
struct FrozenPair {
  at::Tensor first, second;
};
FrozenPair frozen_pair(std::int64_t d, std::int64_t m, std::uint64_t key);

// Vectors of uniform direction and given norms: [norms, d].
at::Tensor random_directions(std::int64_t d, const at::Tensor& norms, std::uint64_t key);
// Points of the unit ball, uniform by volume.
at::Tensor unit_ball(std::int64_t d, std::int64_t count, std::uint64_t key);

}  // namespace prenorm::papers::norm_only
