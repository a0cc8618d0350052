#include "prenorm/papers/noise_scale/character_batches.h"

namespace prenorm::papers::noise_scale {

batches::TextBatch CharacterBatches::batch(std::int64_t, std::int64_t index) {
  batches::TextBatch batch;
  for (std::int64_t s = 0; s < sequences_; ++s) {
    const batches::TextBatch window = text_.batch(1, tokens_, seed_, index * sequences_ + s);
    batch.tokens.ids.insert(batch.tokens.ids.end(), window.tokens.ids.begin(), window.tokens.ids.end());
    batch.tokens.end_sequence();
    batch.targets.insert(batch.targets.end(), window.targets.begin(), window.targets.end());
  }
  return batch;
}

}  // namespace prenorm::papers::noise_scale
