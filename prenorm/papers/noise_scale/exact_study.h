// Measured squared gradients of examples against a loop over the examples, one backward pass each.
#pragma once

#include <string>
#include <vector>

#include "prenorm/config/model_config.h"
#include "prenorm/papers/real_data/characters.h"

namespace prenorm::papers::noise_scale {

// Greatest relative difference of Σ_b ‖s_b‖² over parameters of a kind.
struct KindError {
  std::string kind;  // "norm_weight", "norm_bias", "matrix", "bias", "table"
  double error = 0;
};
std::vector<KindError> errors_by_kind(NormPlacement placement, const real_data::Characters& text, std::uint64_t seed);

// Greatest relative differences, over parameters, between the same 64 sequences in 1, 8 and 64 batches.
struct BatchingErrors {
  double square_sums = 0, sum_squares = 0;
};
BatchingErrors batching_errors(NormPlacement placement, const real_data::Characters& text, std::uint64_t seed);

}  // namespace prenorm::papers::noise_scale
