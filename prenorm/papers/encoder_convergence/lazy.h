// Gradient descent with the kernel of the start: what would happen if the gradients of f(X_n) did not change. The
// residuals are then r(t) = (1 - gamma K(0))^t r(0), and a weight moves by gamma times the sum of r_n(t) grad f(X_n).
// The wider the encoder, the closer its training is to this (claim H4 of Wu et al. 2023).
#pragma once

#include <vector>

#include "prenorm/papers/encoder_convergence/kernel.h"

namespace prenorm::papers::encoder_convergence {

struct LazyDescent {
  std::vector<double> loss;              // before epoch t = 0, 1, ..., and after the last
  double query = 0, key = 0, value = 0;  // |W(epochs) - W(0)| / |W(0)|
};
// residual = f - y at the start [N].
LazyDescent lazy_descent(const Kernel& kernel, const Weights& start, const at::Tensor& residual, double step,
                         std::int64_t epochs);

}  // namespace prenorm::papers::encoder_convergence
