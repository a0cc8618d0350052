// The two numbers whose ratio is the gradient noise scale, estimated without bias from gradients of few and of many
// examples (McCandlish et al. 2018, "An Empirical Model of Large-Batch Training", appendix A).
//
// The gradient of a batch of B examples is the mean of their gradients u_b, which are draws with mean ∇L and covariance
// Σ. Then E‖G_B‖² = ‖∇L‖² + tr Σ / B, so that mean squares at two sizes of batch determine ‖∇L‖² and tr Σ. The noise
// scale tr Σ / ‖∇L‖² is a number of examples. Both are sums over parameters, so the moments of parts of a model add up.
#pragma once

namespace prenorm::noise {

struct Moments {
  double gradient_square = 0;    // estimates ‖∇L‖² ("G²"); it may be negative
  double gradient_variance = 0;  // estimates tr Σ of one example ("S")

  Moments& operator+=(const Moments& other);
};

// Mean squared gradient norms at two sizes of batch, the sizes in examples. With batches of one example
// (Gray et al. 2024) the variance is the sample variance of the u_b, and never negative. Small batches of different
// sizes count with the harmonic mean of their sizes. Errors: UsageError unless 0 < small < large.
Moments moments_of(double small_square, double small, double large_square, double large);

}  // namespace prenorm::noise
