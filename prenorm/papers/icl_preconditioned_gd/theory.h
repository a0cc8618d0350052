// Closed forms for one layer: the optimum of Theorem 1 and its neighbours. Losses are means of (prediction - label)^2.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace prenorm::papers::icl_preconditioned_gd {

// What w* of a prompt is drawn from: N(0, I) in Theorem 1, N(0, Sigma^-1) in Theorems 3 and 4 and in the experiments.
enum class Weights : std::uint8_t { kIdentity, kInverseCovariance };

// A one-layer optimum: -Q = A with eigenvalues a_i in the eigenbasis of Sigma.
struct OneLayer {
  std::vector<double> a;
  double loss = 0;
};

// Theorem 1: a_i = 1 / ((n + 1)/n lambda_i + tr(Sigma)/n). With w* ~ N(0, Sigma^-1): A = n/(n + d + 1) Sigma^-1,
// without the shrinkage of small eigenvalues.
OneLayer best_layer(std::span<const double> eigenvalues, std::int64_t n, Weights weights);

// The best multiple of the identity: one step of gradient descent.
OneLayer best_step(std::span<const double> eigenvalues, std::int64_t n, Weights weights);

// Theorem 5, Sigma = I: attention with ReLU scores has its optimum at -Q = c I.
struct ReluLayer {
  double c = 0, loss = 0;
};
ReluLayer best_relu_layer(std::int64_t d, std::int64_t n);

}  // namespace prenorm::papers::icl_preconditioned_gd
