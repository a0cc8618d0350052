// Which parameters of a model train, and which matrices have low-rank adapters (train.trainable, train.lora_*).
#pragma once

#include <cstdint>
#include <string_view>

#include "prenorm/config/config.h"
#include "prenorm/config/name_patterns.h"

namespace prenorm::nn {

struct TrainedParts {
  bool all = true;  // else those that match `trained`, and all adapters
  config::NamePatterns trained{};
  std::int64_t lora_rank = 0;  // 0 = no adapters
  double lora_scale = 0;       // lora_alpha / lora_rank
  config::NamePatterns lora_targets{};

  bool trains(std::string_view parameter) const;
  // Whether the matrix of a linear map has an adapter.
  bool adapts(std::string_view matrix) const;
};

// With adapters, trainable = "all" stands for the adapters and the head of a classifier, which starts at random.
TrainedParts trained_parts(const Config& config);
// Makes every parameter train, without adapters, for what looks at the gradients of a whole model.
void train_everything(Config& config);

// The names of an adapter's matrices end in these; the names of what they adapt in `.weight` instead.
inline constexpr std::string_view kLoraA = ".lora_a", kLoraB = ".lora_b";

}  // namespace prenorm::nn
