#include "prenorm/papers/encoder_convergence/lazy.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_eigh.h>

#include <cmath>

namespace prenorm::papers::encoder_convergence {

LazyDescent lazy_descent(const Kernel& kernel, const Weights& start, const at::Tensor& residual, double step,
                         std::int64_t epochs) {
  const auto [eigenvalues, eigenvectors] = at::linalg_eigh(kernel.sum());
  const at::Tensor modes = eigenvectors.t().mv(residual);
  const at::Tensor shrink = 1 - step * eigenvalues;
  LazyDescent lazy;
  for (std::int64_t t = 0; t <= epochs; ++t)
    lazy.loss.push_back(0.5 * (modes * shrink.pow(static_cast<double>(t))).square().sum().item<double>());
  // step (1 + s + ... + s^(T-1)) = (1 - s^T) / eigenvalue with s = 1 - step eigenvalue.
  const at::Tensor sums = (1 - shrink.pow(static_cast<double>(epochs))) / eigenvalues;
  const at::Tensor displacement = eigenvectors.mv(sums * modes);
  const auto movement = [&](const at::Tensor& block, const at::Tensor& weight) {
    return std::sqrt(displacement.dot(block.mv(displacement)).item<double>()) / weight.norm().item<double>();
  };
  lazy.query = movement(kernel.query, start.query);
  lazy.key = movement(kernel.key, start.key);
  lazy.value = movement(kernel.value, start.value);
  return lazy;
}

}  // namespace prenorm::papers::encoder_convergence
