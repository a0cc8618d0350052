// Small language models and batches for their tests.
#pragma once

#include <ATen/core/grad_mode.h>

#include "prenorm/batches/text_batch.h"
#include "prenorm/config/model_config.h"
#include "prenorm/nn/parameters.h"
#include "random_tensor.h"

namespace prenorm::testing {

constexpr std::int64_t kTextVocabulary = 7;

// The model is smooth, so that its gradient can be checked by differences, and has every option of text models.
inline ModelConfig text_model_config(std::int64_t layers = 1) {
  ModelConfig config;
  config.encoder_layers = config.decoder_layers = layers;
  config.d_model = config.d_ff = 4;
  config.num_heads = 2;
  config.positions = Positions::kLearned;
  config.max_positions = 6;
  config.segments = 2;
  config.embedding_norm = true;
  config.scale_embeddings = false;
  config.activation = Activation::kGeluTanh;
  config.norm_eps = 0.1;
  config.dropout = 0.3;
  return config;
}

// Sequences of 4, 1 and 3 tokens. The first and the last have two masked tokens each.
inline batches::TextBatch masked_batch() {
  batches::TextBatch batch;
  batch.tokens.ids = {1, 2, 5, 3, 4, 6, 0, 2};
  batch.tokens.offsets = {0, 4, 5, 8};
  batch.tokens.max_length = 4;
  batch.segments = {0, 0, 1, 1, 0, 1, 1, 1};
  batch.predicted = std::vector<std::int64_t>{1, 3, 4, 5, 7};
  batch.targets = {4, 3, 6, 0, 1};
  batch.labels = {0, 1, 1};
  return batch;
}

// Moves the weights away from their initial values, at which some gradients are zero.
inline void disturb(const nn::Parameters& parameters) {
  const at::NoGradGuard no_grad;
  at::Tensor values = parameters.values();
  values.add_(random_tensor({values.numel()}, 2), 0.2);
}

}  // namespace prenorm::testing
