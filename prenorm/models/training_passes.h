// The arithmetic of training in multiples of that of a forward pass: one pass forward, one backward to the inputs of
// what is computed, one to its weights. The last two are left out where nothing trains below, or the weights are
// frozen. If everything trains, it is three times the forward pass.
#pragma once

#include "prenorm/config/model_config.h"
#include "prenorm/config/stacks.h"
#include "prenorm/nn/parameters.h"

namespace prenorm::models {

struct TrainingPasses {
  double linear = 3;     // the matrices of the layers, and what adapters add to them
  double attention = 3;  // scores and weighted sums
  double cross_attention = 3;
  double memory = 3;      // a decoder's maps of the encoder's output to keys and values
  double projection = 3;  // the logits, and the transform before them
};

// For one stack of a model and the projection after it.
TrainingPasses training_passes(const nn::Parameters& parameters, const ModelConfig& config, Stack stack);

}  // namespace prenorm::models
