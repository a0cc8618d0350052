// The encoder-decoder Transformer (Vaswani et al. 2017) on packed batches, for any placement of LayerNorm.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

#include "prenorm/batches/batch.h"
#include "prenorm/config/model_config.h"
#include "prenorm/nn/context.h"
#include "prenorm/nn/decoder.h"
#include "prenorm/nn/embedding.h"
#include "prenorm/nn/layer_stack.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/ops/cross_entropy.h"

namespace prenorm::models {

class Translator {
 public:
  // With tied_embeddings = all, both vocabularies must have the same size.
  Translator(const ModelConfig& config, std::int64_t source_vocabulary, std::int64_t target_vocabulary,
             std::uint64_t seed, const nn::ParameterOptions& options = {});
  // A model that shares the memory of the weights but has its own gradients, so that threads can compute with both.
  std::unique_ptr<Translator> replica() const;

  nn::Parameters& parameters() { return parameters_; }
  const nn::Parameters& parameters() const { return parameters_; }
  std::int64_t source_vocabulary() const { return source_table_.size(0); }
  std::int64_t target_vocabulary() const { return output_.size(0); }
  // Number of tokens of the longest sequence, including end of sentence, that the positions cover; sinusoids cover any.
  std::int64_t max_positions() const { return max_positions_; }

  // Sums over the batch's target tokens, in nats.
  ops::CrossEntropySums loss(const batches::Batch& batch, double label_smoothing, const nn::Context& context) const;
  // [target_tokens, target_vocabulary]
  at::Tensor logits(const batches::Batch& batch, const nn::Context& context) const;

  nn::Memory encode(const batches::PackedSide& source, const nn::Context& context) const;
  // The decoder on whole prefixes, each attending to its own sequence of `memory`: [target_tokens, d_model].
  at::Tensor decode(const batches::PackedSide& target, const nn::Memory& memory, const nn::Context& context) const;
  // [rows, d_model] -> [rows, target_vocabulary]; no gradient.
  at::Tensor logits_of(const at::Tensor& states) const;
  // Decoding with a cache changes only that cache, so several threads may decode at once, each with its own.
  nn::DecoderCache start_decoding(const nn::Memory& memory) const { return decoder_.start(memory); }
  // Logits [rows, target_vocabulary] of the token after `ids` (int64 [rows], all at index `position` of their
  // sequences); nn::Decoder::step explains the picks.
  at::Tensor next_logits(const at::Tensor& ids, std::int64_t position, nn::DecoderCache& cache,
                         const nn::Picks& self_picks, const nn::Picks& cross_picks) const;

 private:
  Translator(const ModelConfig& config, std::int64_t source_vocabulary, std::int64_t target_vocabulary,
             nn::Parameters parameters);
  at::Tensor target_states(const batches::Batch& batch, const nn::Context& context) const;  // [target_tokens, d_model]

  ModelConfig config_;
  std::int64_t max_positions_;
  nn::Parameters parameters_;
  at::Tensor source_table_, target_table_, output_;
  nn::Embedding source_embedding_, target_embedding_;
  nn::LayerStack encoder_;
  nn::Decoder decoder_;
};

}  // namespace prenorm::models
