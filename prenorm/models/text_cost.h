// Useful arithmetic of training a single encoder or decoder, by formula; translator_cost.h says what counts.
//
// With d = d_model, f = d_ff, L layers, N tokens, and P of them predicted with a projection of w weights, a forward
// pass takes
//   2 N L (4 d² + 2 d f) + 2 P w + 4 d L Σ pairs
// where the number of pairs of a query and a key it attends to is n² in a sequence of n tokens, or n(n + 1)/2 under
// causal attention. The backward pass takes twice as much, or less where weights are frozen (training_passes.h).
#pragma once

#include <cstdint>

#include "prenorm/batches/text_batch.h"
#include "prenorm/config/model_config.h"
#include "prenorm/models/training_passes.h"

namespace prenorm::models {

// For a forward and a backward pass over the batch.
double masked_lm_flops(const ModelConfig& config, std::int64_t vocabulary, const batches::TextBatch& batch,
                       const TrainingPasses& passes = {});
double causal_lm_flops(const ModelConfig& config, std::int64_t vocabulary, const batches::TextBatch& batch,
                       const TrainingPasses& passes = {});
// The classifier itself is not counted, since it is small.
double classifier_flops(const ModelConfig& config, const batches::TextBatch& batch, const TrainingPasses& passes = {});

}  // namespace prenorm::models
