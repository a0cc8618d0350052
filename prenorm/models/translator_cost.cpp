#include "prenorm/models/translator_cost.h"

namespace prenorm::models {
namespace {

double length(const batches::PackedSide& side, std::int64_t sequence) {
  return static_cast<double>(side.offsets[sequence + 1] - side.offsets[sequence]);
}

}  // namespace

double training_flops(const ModelConfig& config, std::int64_t target_vocabulary, const batches::Batch& batch,
                      const TranslatorPasses& passes) {
  const auto d = static_cast<double>(config.d_model), f = static_cast<double>(config.d_ff),
             encoders = static_cast<double>(config.encoder_layers),
             decoders = static_cast<double>(config.decoder_layers);
  const TrainingPasses &encoder = passes.encoder, &decoder = passes.decoder;
  const double source_weights =
      encoder.linear * encoders * (4 * d * d + 2 * d * f) + decoder.memory * decoders * 2 * d * d;
  const double target_weights = decoder.linear * decoders * (6 * d * d + 2 * d * f) +
                                decoder.projection * d * static_cast<double>(target_vocabulary);
  double pairs = 0;
  for (std::int64_t i = 0; i < batch.sequences(); ++i) {
    const double s = length(batch.source, i), t = length(batch.target_input, i);
    pairs += encoder.attention * encoders * s * s +
             decoders * (decoder.attention * t * (t + 1) / 2 + decoder.cross_attention * s * t);
  }
  return 2 * static_cast<double>(batch.source_tokens()) * source_weights +
         2 * static_cast<double>(batch.target_tokens()) * target_weights + 4 * d * pairs;
}

}  // namespace prenorm::models
