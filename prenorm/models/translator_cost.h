// Useful arithmetic of training the translator, by formula. Multiplications and additions count as one each; what is
// computed twice (attention probabilities in the backward pass) counts once, and there is no padding.
//
// With d = d_model, f = d_ff, V = target vocabulary, L_e and L_d layers, S source and T target tokens, a forward pass
// takes 2 FLOPs per weight and token:
//   2 S (L_e (4 d² + 2 d f) + 2 L_d d²) + 2 T (L_d (6 d² + 2 d f) + d V)
// and 4 d FLOPs for each pair of a query and a key it attends to, in each layer (scores and weighted sum):
//   4 d (L_e Σ s² + L_d Σ t(t + 1)/2 + L_d Σ s t)     over sequences of s source and t target tokens.
// The backward pass takes twice as much, or less where weights are frozen (training_passes.h).
#pragma once

#include <cstdint>

#include "prenorm/batches/batch.h"
#include "prenorm/config/model_config.h"
#include "prenorm/models/training_passes.h"

namespace prenorm::models {

// The passes of both stacks.
struct TranslatorPasses {
  TrainingPasses encoder{}, decoder{};
};

// For a forward and a backward pass over the batch.
double training_flops(const ModelConfig& config, std::int64_t target_vocabulary, const batches::Batch& batch,
                      const TranslatorPasses& passes = {});

}  // namespace prenorm::models
