// BERT (Devlin et al. 2019) on packed batches, for any placement of LayerNorm: an encoder and its heads.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "prenorm/batches/text_batch.h"
#include "prenorm/config/model_config.h"
#include "prenorm/nn/context.h"
#include "prenorm/nn/embedding.h"
#include "prenorm/nn/layer_stack.h"
#include "prenorm/nn/linear.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/ops/cross_entropy.h"

namespace prenorm::models {

struct BertHeads {
  bool masked_lm = false;
  bool next_sentence = false;
  std::int64_t outputs = 0;  // number of classes, 1 for regression; 0 = no classifier
};

class Bert {
 public:
  // Has config.encoder_layers layers, with the depth scales of a model without a decoder.
  Bert(const ModelConfig& config, std::int64_t vocabulary, const BertHeads& heads, std::uint64_t seed,
       const nn::ParameterOptions& options = {});
  // A model that shares the memory of the weights but has its own gradients, so that threads can compute with both.
  std::unique_ptr<Bert> replica() const;

  nn::Parameters& parameters() { return parameters_; }
  const nn::Parameters& parameters() const { return parameters_; }
  const BertHeads& heads() const { return heads_; }
  std::int64_t vocabulary() const { return table_.size(0); }

  // The encoder's output, [tokens, d_model].
  at::Tensor states(const batches::TextBatch& batch, const nn::Context& context) const;

  // Sums of losses, in nats, and logits [predicted, vocabulary] for the tokens at batch.predicted, from the encoder's
  // output. The head is LN(act(W h)), then the embeddings and a bias (Devlin et al. 2019, section 3.1, task 1).
  ops::CrossEntropySums masked_lm_loss(const at::Tensor& states, const batches::TextBatch& batch,
                                       double label_smoothing) const;
  at::Tensor masked_lm_logits(const at::Tensor& states, const batches::TextBatch& batch) const;

  // Logits [sequences, 2] and sums of losses, in nats. They use tanh(W h) of each sequence's first token (task 2).
  at::Tensor next_sentence_logits(const at::Tensor& states, const batches::TextBatch& batch) const;
  ops::CrossEntropySums next_sentence_loss(const at::Tensor& states, const batches::TextBatch& batch) const;

  // The same for the classifier, with dropout before it: [sequences, outputs].
  at::Tensor outputs(const at::Tensor& states, const batches::TextBatch& batch, const nn::Context& context) const;
  ops::CrossEntropySums class_loss(const at::Tensor& states, const batches::TextBatch& batch, double label_smoothing,
                                   const nn::Context& context) const;

 private:
  // A linear map with its weight and bias as tensors, which the loss takes as arguments.
  struct Projection {
    Projection(const nn::Scope& scope, const ModelConfig& config, std::int64_t outputs);
    at::Tensor weight, bias;
  };
  struct MaskedLmHead {
    MaskedLmHead(const nn::Scope& root, const ModelConfig& config, const at::Tensor& table);
    nn::Linear transform;
    nn::Norm norm;
    at::Tensor weight, bias;  // the projection's
  };

  Bert(const ModelConfig& config, std::int64_t vocabulary, const BertHeads& heads, nn::Parameters parameters);
  at::Tensor masked_states(const at::Tensor& states, const batches::TextBatch& batch) const;  // [predicted, d_model]
  // [sequences, d_model] each
  at::Tensor pooled(const at::Tensor& states, const batches::TextBatch& batch) const;
  at::Tensor classifier_input(const at::Tensor& states, const batches::TextBatch& batch,
                              const nn::Context& context) const;

  ModelConfig config_;
  BertHeads heads_;
  nn::Parameters parameters_;
  at::Tensor table_;
  nn::Embedding embedding_;
  nn::LayerStack encoder_;
  std::optional<MaskedLmHead> masked_lm_;
  std::optional<nn::Linear> pooler_;
  std::optional<Projection> next_sentence_, classifier_;
};

}  // namespace prenorm::models
