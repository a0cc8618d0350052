// Label-smoothed cross-entropy (Szegedy et al. 2016, section 7) of a projection to the vocabulary, in nats. With
// log p = log_softmax(h Wᵀ + b): loss = -(1 - ε) log p_y - (ε / V) Σ_v log p_v, which is PyTorch's definition too.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace prenorm::ops {

struct CrossEntropySums {
  at::Tensor loss_sum;  // scalar, differentiable: smoothed loss summed over rows
  at::Tensor nll_sum;   // scalar, float64, no gradient: -log p_y summed over rows
};

// hidden: [rows, d_model]; weight: [vocabulary, d_model] and bias: [vocabulary] or undefined, with gradients as in
// weight_gradient.h; targets: int64 [rows], each in [0, vocabulary). At most 64 MiB of logits exist at a time (but
// always those of 256 rows); gradients, if needed, are computed along with them.
CrossEntropySums projected_cross_entropy(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets,
                                         double label_smoothing, const at::Tensor& bias = {});

// The same from ATen's operators, on whole logits.
CrossEntropySums projected_cross_entropy_composite(const at::Tensor& hidden, const at::Tensor& weight,
                                                   const at::Tensor& targets, double label_smoothing,
                                                   const at::Tensor& bias = {});

}  // namespace prenorm::ops
