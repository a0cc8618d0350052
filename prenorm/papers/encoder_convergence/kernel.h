// The tangent kernel of the encoder: the inner products of the gradients of f(X_n) and f(X_m).
#pragma once

#include "prenorm/papers/encoder_convergence/model.h"

namespace prenorm::papers::encoder_convergence {

// The kernel K is the sum of a block for each weight. All [N, N].
struct Kernel {
  at::Tensor output, value, query, key;

  at::Tensor sum() const;
};

// After encoder.forward(weights). From Gram matrices of small factors, without the gradients themselves.
Kernel kernel_of(Encoder& encoder, const Weights& weights);

struct Spectrum {
  double least = 0, greatest = 0;
};
Spectrum spectrum_of(const at::Tensor& symmetric);

}  // namespace prenorm::papers::encoder_convergence
