#include "prenorm/models/text_cost.h"

namespace prenorm::models {
namespace {

double length(const batches::TextBatch& batch, std::int64_t sequence) {
  return static_cast<double>(batch.tokens.offsets[sequence + 1] - batch.tokens.offsets[sequence]);
}

// pairs(n): the number of pairs in a sequence of n tokens.
template <class Pairs>
double stack_flops(const ModelConfig& config, std::int64_t layers, const batches::TextBatch& batch,
                   const TrainingPasses& passes, const Pairs& pairs) {
  const auto d = static_cast<double>(config.d_model), f = static_cast<double>(config.d_ff),
             l = static_cast<double>(layers);
  double seen = 0;
  for (std::int64_t i = 0; i < batch.sequences(); ++i) seen += pairs(length(batch, i));
  return passes.linear * (2 * static_cast<double>(batch.tokens.tokens()) * l * (4 * d * d + 2 * d * f)) +
         passes.attention * (4 * d * l * seen);
}

double projection_flops(double weights, const batches::TextBatch& batch, const TrainingPasses& passes) {
  return passes.projection * 2 * static_cast<double>(batch.targets.size()) * weights;
}

double bidirectional(double n) { return n * n; }
double causal(double n) { return n * (n + 1) / 2; }

}  // namespace

double masked_lm_flops(const ModelConfig& config, std::int64_t vocabulary, const batches::TextBatch& batch,
                       const TrainingPasses& passes) {
  const auto d = static_cast<double>(config.d_model);
  return classifier_flops(config, batch, passes) +
         projection_flops(d * d + d * static_cast<double>(vocabulary), batch, passes);
}

double causal_lm_flops(const ModelConfig& config, std::int64_t vocabulary, const batches::TextBatch& batch,
                       const TrainingPasses& passes) {
  const double weights = static_cast<double>(config.d_model) * static_cast<double>(vocabulary);
  return stack_flops(config, config.decoder_layers, batch, passes, causal) + projection_flops(weights, batch, passes);
}

double classifier_flops(const ModelConfig& config, const batches::TextBatch& batch, const TrainingPasses& passes) {
  return stack_flops(config, config.encoder_layers, batch, passes, bidirectional);
}

}  // namespace prenorm::models
