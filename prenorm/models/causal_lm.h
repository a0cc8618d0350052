// A causal language model (Radford et al. 2019, "GPT-2") on packed batches, for any placement of LayerNorm.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "prenorm/batches/text_batch.h"
#include "prenorm/config/model_config.h"
#include "prenorm/nn/context.h"
#include "prenorm/nn/embedding.h"
#include "prenorm/nn/layer_stack.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/ops/cross_entropy.h"

namespace prenorm::models {

class CausalLm {
 public:
  // Has config.decoder_layers layers. The output projection is the embedding unless config.tied_embeddings = none.
  CausalLm(const ModelConfig& config, std::int64_t vocabulary, std::uint64_t seed,
           const nn::ParameterOptions& options = {});
  // A model that shares the memory of the weights but has its own gradients, so that threads can compute with both.
  std::unique_ptr<CausalLm> replica() const;

  nn::Parameters& parameters() { return parameters_; }
  const nn::Parameters& parameters() const { return parameters_; }
  std::int64_t vocabulary() const { return output_.size(0); }
  // Number of tokens that the positions cover; sinusoids cover any number.
  std::int64_t max_positions() const { return max_positions_; }

  // The decoder's output, [tokens, d_model].
  at::Tensor states(const batches::TextBatch& batch, const nn::Context& context) const;
  // Sums over batch.targets, in nats; every row is predicted.
  ops::CrossEntropySums loss(const batches::TextBatch& batch, double label_smoothing, const nn::Context& context) const;
  // [tokens, vocabulary]
  at::Tensor logits(const batches::TextBatch& batch, const nn::Context& context) const;

  // The state of a sequence that is read step by step: keys and values of the tokens read so far.
  struct Reading {
    std::vector<nn::KeyValueCache> caches;
    std::int64_t tokens = 0;
  };
  Reading start_reading() const { return {decoder_.start(), 0}; }
  // Reads tokens (not empty) after the previous ones; returns the logits of the next one, [vocabulary]. No gradient.
  // Errors: DataError if there are more tokens than positions.
  at::Tensor next_logits(const std::vector<std::int64_t>& ids, Reading& reading) const;

 private:
  CausalLm(const ModelConfig& config, std::int64_t vocabulary, nn::Parameters parameters);

  ModelConfig config_;
  std::int64_t max_positions_;
  nn::Parameters parameters_;
  at::Tensor table_, output_;
  nn::Embedding embedding_;
  nn::LayerStack decoder_;
};

}  // namespace prenorm::models
