// The data-dependent initialisation for `norm_placement = "admin"` (Liu et al. 2020, "Understanding the Difficulty of
// Training Transformers"): one forward pass with every ω = 1 measures the variance of each branch; then, in each stack,
//
//   ω_1 = 1,   ω_i = √(1 + Σ_{j<i} Var[f_j])
//
// in all its elements. The 1 is the variance of the stack's input: the paper leaves it out of its sum, and the authors'
// code begins with ω_1 = 1 and adds the measured variance of the embeddings, which is about 1 by initialisation (it
// measures Var[f_j] with the earlier scales already set; we follow the paper). Without dropout.
#pragma once

#include <functional>

#include "prenorm/config/placement.h"
#include "prenorm/nn/context.h"
#include "prenorm/nn/parameters.h"

namespace prenorm::models {

inline bool starts_from_data(const ModelConfig& model) {
  return traits_of(model.norm_placement).stream_scale == StreamScale::kLearned;
}

// Sets ω of every residual connection, separately for encoder and decoder. `forward` passes a batch through the model
// in the given context. Errors: Error for a placement whose scale is not learned.
void set_admin_scales(const nn::Parameters& parameters, const std::function<void(const nn::Context&)>& forward);

}  // namespace prenorm::models
