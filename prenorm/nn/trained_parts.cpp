#include "prenorm/nn/trained_parts.h"

namespace prenorm::nn {

bool TrainedParts::trains(std::string_view parameter) const {
  if (all || parameter.ends_with(kLoraA) || parameter.ends_with(kLoraB)) return true;
  return config::any_matches(trained, parameter);
}

bool TrainedParts::adapts(std::string_view matrix) const {
  return lora_rank > 0 && config::any_matches(lora_targets, matrix);
}

TrainedParts trained_parts(const Config& config) {
  const TrainConfig& train = config.train;
  TrainedParts parts{.all = train.lora_rank == 0 && config::chooses_all(train.trainable)};
  if (!config::chooses_all(train.trainable))
    parts.trained = config::trainable_patterns(train.trainable);
  else if (!parts.all && config.task == TaskKind::kClassification)
    parts.trained = config::trainable_patterns("head");
  if (train.lora_rank == 0) return parts;
  parts.lora_rank = train.lora_rank;
  parts.lora_scale = train.lora_alpha / static_cast<double>(train.lora_rank);
  parts.lora_targets = config::lora_target_patterns(train.lora_targets);
  return parts;
}

void train_everything(Config& config) {
  config.train.trainable = TrainConfig().trainable;
  config.train.lora_rank = 0;
}

}  // namespace prenorm::nn
