// Attention at initialisation on Gaussian tokens, and what it should be.
#pragma once

#include "prenorm/papers/encoder_convergence/studies.h"

namespace prenorm::papers::encoder_convergence {

inline constexpr SampleSize kAttentionSize{100, 10, 100};

struct AttentionStatistics {
  Model model;
  // Means over seeds: the standard deviation of logits and the largest attention weight of a token.
  double logit_deviation = 0, largest_weight = 0;
};
// LeCun, He and NTK at both scales and d_m = 10, 100, 1000.
std::vector<AttentionStatistics> measure_attention(const Cells& cells);

// tau_0 d sqrt(d_m) Var(W): the entries of W_Q^T W_K have the variance d_m Var(W)^2.
double expected_logit_deviation(const Model& model, std::int64_t dimension);
// The mean largest weight of a softmax over `tokens` independent normal logits.
double expected_largest_weight(double logit_deviation, std::int64_t tokens);

}  // namespace prenorm::papers::encoder_convergence
