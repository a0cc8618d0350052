#include "prenorm/models/translator.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mm.h>

#include <limits>

#include "prenorm/models/id_tensor.h"
#include "prenorm/ops/example_norms.h"
#include "prenorm/ops/gemm.h"

namespace prenorm::models {
namespace {

at::Tensor source_table(nn::Parameters& p, const ModelConfig& config, std::int64_t vocabulary) {
  const nn::Scope root(p);
  const bool shared = config.tied_embeddings == TiedEmbeddings::kAll;
  return nn::embedding_table(root / (shared ? "embedding" : "source_embedding"), vocabulary, config);
}

at::Tensor target_table(nn::Parameters& p, const ModelConfig& config, const at::Tensor& source,
                        std::int64_t vocabulary) {
  if (config.tied_embeddings == TiedEmbeddings::kAll) return source;
  return nn::embedding_table(nn::Scope(p) / "target_embedding", vocabulary, config);
}

at::Tensor output_table(nn::Parameters& p, const ModelConfig& config, const at::Tensor& target,
                        std::int64_t vocabulary) {
  if (config.tied_embeddings != TiedEmbeddings::kNone) return target;
  return nn::embedding_table(nn::Scope(p) / "output_projection", vocabulary, config);
}

}  // namespace

Translator::Translator(const ModelConfig& config, std::int64_t source_vocabulary, std::int64_t target_vocabulary,
                       std::uint64_t seed, const nn::ParameterOptions& options)
    : Translator(config, source_vocabulary, target_vocabulary, nn::Parameters(seed, options)) {}

Translator::Translator(const ModelConfig& config, std::int64_t source_vocabulary, std::int64_t target_vocabulary,
                       nn::Parameters parameters)
    : config_(config),
      max_positions_(config.positions == Positions::kLearned ? config.max_positions
                                                             : std::numeric_limits<std::int64_t>::max()),
      parameters_(std::move(parameters)),
      source_table_(source_table(parameters_, config, source_vocabulary)),
      target_table_(target_table(parameters_, config, source_table_, target_vocabulary)),
      output_(output_table(parameters_, config, target_table_, target_vocabulary)),
      source_embedding_(nn::Scope(parameters_) / "source_positions", config, source_table_),
      target_embedding_(nn::Scope(parameters_) / "target_positions", config, target_table_),
      encoder_(nn::Scope(parameters_) / "encoder", config, Stack::kEncoder),
      decoder_(nn::Scope(parameters_) / "decoder", config) {
  parameters_.complete();
}

std::unique_ptr<Translator> Translator::replica() const {
  return std::unique_ptr<Translator>(new Translator(config_, source_vocabulary(), target_vocabulary(),
                                                    nn::Parameters::sharing_values_of(parameters_)));
}

nn::Memory Translator::encode(const batches::PackedSide& source, const nn::Context& context) const {
  nn::Packing packing = nn::Packing::from_offsets(source.offsets);
  const nn::Context here = context.from_row(source.first_token);
  const ops::RowsAreExamples rows(packing.offsets);
  const at::Tensor x = source_embedding_(id_tensor(source.ids), packing.positions, packing.longest, here);
  at::Tensor states = encoder_(x, packing, here);
  return {std::move(states), std::move(packing)};
}

at::Tensor Translator::decode(const batches::PackedSide& target, const nn::Memory& memory,
                              const nn::Context& context) const {
  const nn::Packing packing = nn::Packing::from_offsets(target.offsets);
  const nn::Context here = context.from_row(target.first_token);
  const ops::RowsAreExamples rows(packing.offsets);
  const at::Tensor x = target_embedding_(id_tensor(target.ids), packing.positions, packing.longest, here);
  return decoder_(x, packing, memory, here);
}

at::Tensor Translator::target_states(const batches::Batch& batch, const nn::Context& context) const {
  return decode(batch.target_input, encode(batch.source, context), context);
}

at::Tensor Translator::logits_of(const at::Tensor& states) const {
  at::Tensor logits = at::empty({states.size(0), output_.size(0)}, states.options());
  ops::gemm_forward(logits, states, output_);
  return logits;
}

ops::CrossEntropySums Translator::loss(const batches::Batch& batch, double label_smoothing,
                                       const nn::Context& context) const {
  const at::Tensor states = target_states(batch, context);
  const ops::RowsAreExamples rows(batch.target_input.offsets);
  return ops::projected_cross_entropy(states, output_, id_tensor(batch.target_output), label_smoothing);
}

at::Tensor Translator::logits(const batches::Batch& batch, const nn::Context& context) const {
  return at::mm(target_states(batch, context), output_.t());
}

at::Tensor Translator::next_logits(const at::Tensor& ids, std::int64_t position, nn::DecoderCache& cache,
                                   const nn::Picks& self_picks, const nn::Picks& cross_picks) const {
  const at::Tensor positions = at::full({ids.size(0)}, position, at::kLong);
  const at::Tensor x = target_embedding_(ids, positions, position + 1, nn::Context{});
  return logits_of(decoder_.step(x, cache, self_picks, cross_picks));
}

}  // namespace prenorm::models
