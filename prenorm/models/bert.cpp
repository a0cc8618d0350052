#include "prenorm/models/bert.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/tanh.h>

#include <numeric>

#include "prenorm/models/id_tensor.h"
#include "prenorm/nn/activation_shape.h"
#include "prenorm/ops/dropout.h"
#include "prenorm/ops/example_norms.h"
#include "prenorm/ops/linear.h"

namespace prenorm::models {
namespace {

constexpr std::string_view kDropout = "classifier.dropout";

// A row for each sequence.
std::vector<std::int64_t> row_per_sequence(const batches::TextBatch& batch) {
  std::vector<std::int64_t> offsets(batch.tokens.offsets.size());
  std::iota(offsets.begin(), offsets.end(), 0);
  return offsets;
}

}  // namespace

Bert::Projection::Projection(const nn::Scope& scope, const ModelConfig& config, std::int64_t outputs)
    : weight(scope.add("weight", {outputs, config.d_model}, nn::of_matrix(config, config.d_model, outputs))),
      bias(scope.add("bias", {outputs}, nn::constant(0))) {}

Bert::MaskedLmHead::MaskedLmHead(const nn::Scope& root, const ModelConfig& config, const at::Tensor& table)
    : transform(root / "masked_lm" / "transform", config.d_model, config.d_model,
                nn::of_matrix(config, config.d_model, config.d_model)),
      norm(root / "masked_lm" / "norm", config),
      weight(config.tied_embeddings == TiedEmbeddings::kNone
                 ? nn::embedding_table(root / "output_projection", table.size(0), config)
                 : table),
      bias((root / "masked_lm").add("output_bias", {table.size(0)}, nn::constant(0))) {}

Bert::Bert(const ModelConfig& config, std::int64_t vocabulary, const BertHeads& heads, std::uint64_t seed,
           const nn::ParameterOptions& options)
    : Bert(alone(Stack::kEncoder, config), vocabulary, heads, nn::Parameters(seed, options)) {}

Bert::Bert(const ModelConfig& config, std::int64_t vocabulary, const BertHeads& heads, nn::Parameters parameters)
    : config_(config),
      heads_(heads),
      parameters_(std::move(parameters)),
      table_(nn::embedding_table(nn::Scope(parameters_) / "embedding", vocabulary, config)),
      embedding_(nn::Embedding::Scopes{nn::Scope(parameters_) / "positions", nn::Scope(parameters_) / "embedding_norm",
                                       nn::Scope(parameters_) / "segments"},
                 config, table_),
      encoder_(nn::Scope(parameters_) / "encoder", config, Stack::kEncoder) {
  const nn::Scope root(parameters_);
  if (heads.masked_lm) masked_lm_.emplace(root, config, table_);
  if (heads.next_sentence || heads.outputs > 0)
    pooler_.emplace(root / "pooler", config.d_model, config.d_model,
                    nn::of_matrix(config, config.d_model, config.d_model));
  if (heads.next_sentence) next_sentence_.emplace(root / "next_sentence", config, 2);
  if (heads.outputs > 0) classifier_.emplace(root / "classifier", config, heads.outputs);
  parameters_.complete();
}

std::unique_ptr<Bert> Bert::replica() const {
  return std::unique_ptr<Bert>(new Bert(config_, vocabulary(), heads_, nn::Parameters::sharing_values_of(parameters_)));
}

at::Tensor Bert::states(const batches::TextBatch& batch, const nn::Context& context) const {
  const nn::Packing packing = nn::Packing::from_offsets(batch.tokens.offsets);
  const nn::Context here = context.from_row(batch.tokens.first_token);
  const ops::RowsAreExamples whose(packing.offsets);
  const at::Tensor segments = batch.segments.empty() ? at::Tensor() : id_tensor(batch.segments);
  const at::Tensor x = embedding_(id_tensor(batch.tokens.ids), packing.positions, packing.longest, here, segments);
  return encoder_(x, packing, here);
}

at::Tensor Bert::masked_states(const at::Tensor& states, const batches::TextBatch& batch) const {
  const at::Tensor rows = batch.predicted ? states.index_select(0, id_tensor(*batch.predicted)) : states;
  return masked_lm_->norm(masked_lm_->transform(rows, nn::activation_of(config_, Stack::kEncoder)));
}

ops::CrossEntropySums Bert::masked_lm_loss(const at::Tensor& states, const batches::TextBatch& batch,
                                           double label_smoothing) const {
  const ops::RowsAreExamples whose(batch.predicted_offsets());
  return ops::projected_cross_entropy(masked_states(states, batch), masked_lm_->weight, id_tensor(batch.targets),
                                      label_smoothing, masked_lm_->bias);
}

at::Tensor Bert::masked_lm_logits(const at::Tensor& states, const batches::TextBatch& batch) const {
  return at::linear(masked_states(states, batch), masked_lm_->weight, masked_lm_->bias);
}

at::Tensor Bert::pooled(const at::Tensor& states, const batches::TextBatch& batch) const {
  const std::vector<std::int64_t>& offsets = batch.tokens.offsets;
  const at::Tensor first = id_tensor({offsets.begin(), offsets.end() - 1});
  return at::tanh((*pooler_)(states.index_select(0, first)));
}

at::Tensor Bert::next_sentence_logits(const at::Tensor& states, const batches::TextBatch& batch) const {
  return at::linear(pooled(states, batch), next_sentence_->weight, next_sentence_->bias);
}

ops::CrossEntropySums Bert::next_sentence_loss(const at::Tensor& states, const batches::TextBatch& batch) const {
  const ops::RowsAreExamples whose(row_per_sequence(batch));
  return ops::projected_cross_entropy(pooled(states, batch), next_sentence_->weight, id_tensor(batch.labels), 0,
                                      next_sentence_->bias);
}

at::Tensor Bert::classifier_input(const at::Tensor& states, const batches::TextBatch& batch,
                                  const nn::Context& context) const {
  const nn::Context here = context.from_row(batch.first_sequence);
  return ops::dropout(pooled(states, batch), here.dropout_mask(config_.dropout, name_key(kDropout), config_.d_model));
}

at::Tensor Bert::outputs(const at::Tensor& states, const batches::TextBatch& batch, const nn::Context& context) const {
  const ops::RowsAreExamples whose(row_per_sequence(batch));
  return ops::linear_composite(classifier_input(states, batch, context), classifier_->weight, classifier_->bias);
}

ops::CrossEntropySums Bert::class_loss(const at::Tensor& states, const batches::TextBatch& batch,
                                       double label_smoothing, const nn::Context& context) const {
  const ops::RowsAreExamples whose(row_per_sequence(batch));
  return ops::projected_cross_entropy(classifier_input(states, batch, context), classifier_->weight,
                                      id_tensor(batch.labels), label_smoothing, classifier_->bias);
}

}  // namespace prenorm::models
