#include "prenorm/tasks/synthetic_text.h"

#include <algorithm>
#include <cmath>

#include "prenorm/base/random.h"
#include "prenorm/batches/stream_cuts.h"

namespace prenorm::tasks {

std::int64_t random_id(RandomStream& random, std::int64_t vocabulary) {
  const double id = std::exp(random.uniform() * std::log(static_cast<double>(vocabulary)));
  return std::clamp(static_cast<std::int64_t>(id) - 1, std::int64_t{0}, vocabulary - 1);
}

batches::TextBatch SyntheticText::batch(std::int64_t epoch, std::int64_t index) {
  RandomStream random(mix_key({static_cast<std::uint64_t>(config_.train.seed), static_cast<std::uint64_t>(epoch),
                               static_cast<std::uint64_t>(index)}));
  const std::int64_t vocabulary = config_.tokenizer.vocab_size, length = config_.data.sequence_length;
  const std::int64_t sequences = batches::sequences_a_batch(config_.batch, length);
  batches::TextBatch batch;
  if (config_.task == TaskKind::kMaskedLm) batch.predicted.emplace();
  for (std::int64_t s = 0; s < sequences; ++s) {
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int64_t row = batch.tokens.tokens();
      batch.tokens.ids.push_back(random_id(random, vocabulary));
      // At least one token is masked, as in real text.
      const bool masked = config_.task == TaskKind::kMaskedLm &&
                          (i + 1 == length - length / 2 || random.uniform() < config_.masked_lm.mask_share);
      if (masked) batch.predicted->push_back(row);
      if (masked || config_.task == TaskKind::kCausalLm) batch.targets.push_back(random_id(random, vocabulary));
    }
    batch.tokens.end_sequence();
    if (config_.model.segments > 0) batch.segments.resize(batch.tokens.ids.size(), s % config_.model.segments);
    if (config_.masked_lm.next_sentence || config_.task == TaskKind::kClassification)
      batch.labels.push_back(static_cast<std::int64_t>(random.below(2)));
  }
  return batch;
}

}  // namespace prenorm::tasks
