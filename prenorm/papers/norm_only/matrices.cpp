#include "prenorm/papers/norm_only/matrices.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <cmath>

#include "prenorm/base/random.h"
#include "prenorm/nn/initialization.h"

namespace prenorm::papers::norm_only {
namespace {

// Numbers uniform in [0, 1).
at::Tensor uniform_numbers(std::string_view name, std::uint64_t key, const MatrixSize& size) {
  at::Tensor matrix = at::empty({size.rows, size.columns}, at::kDouble);
  RandomStream random(mix_key({name_key(name), key}));
  double* values = matrix.data_ptr<double>();
  for (std::int64_t i = 0; i < matrix.numel(); ++i) values[i] = random.uniform();
  return matrix;
}

}  // namespace

at::Tensor normal_matrix(std::string_view name, std::uint64_t key, const MatrixSize& size, double deviation) {
  at::Tensor matrix = at::empty({size.rows, size.columns}, at::kDouble);
  nn::normal(deviation)(matrix, RandomStream(mix_key({name_key(name), key})));
  return matrix;
}

at::Tensor uniform_matrix(std::string_view name, std::uint64_t key, const MatrixSize& size, double deviation) {
  return (uniform_numbers(name, key, size) - 0.5) * (std::sqrt(12.0) * deviation);
}

at::Tensor random_mask(std::string_view name, std::uint64_t key, const MatrixSize& size, double probability) {
  return uniform_numbers(name, key, size).lt(probability).to(at::kDouble);
}

at::Tensor target_matrix(std::int64_t d, double gain, std::uint64_t key) {
  return normal_matrix("target", key, {d, d}, std::sqrt(gain / static_cast<double>(d)));
}

FrozenPair frozen_pair(std::int64_t d, std::int64_t m, std::uint64_t key) {
  return {normal_matrix("W1", key, {m, d}, 1 / std::sqrt(static_cast<double>(d))),
          normal_matrix("W2", key, {d, m}, 1 / std::sqrt(static_cast<double>(m)))};
}

at::Tensor random_directions(std::int64_t d, const at::Tensor& norms, std::uint64_t key) {
  const at::Tensor normal = normal_matrix("directions", key, {norms.size(0), d}, 1);
  return normal * (norms / normal.norm(2, 1)).unsqueeze(1);
}

at::Tensor unit_ball(std::int64_t d, std::int64_t count, std::uint64_t key) {
  const at::Tensor share = uniform_numbers("radius", key, {count, 1}).select(1, 0);
  return random_directions(d, share.pow(1 / static_cast<double>(d)), key);
}

}  // namespace prenorm::papers::norm_only
