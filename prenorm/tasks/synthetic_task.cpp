#include "prenorm/tasks/synthetic_task.h"

#include <algorithm>
#include <cmath>

#include "prenorm/base/random.h"
#include "prenorm/tasks/synthetic_text.h"

namespace prenorm::tasks {
namespace {

constexpr double kMeanLength = 15;
constexpr std::int64_t kShortest = 2, kLongest = 60;

// The sum of two exponential lengths gives few very short sentences and a tail of long ones.
std::int64_t random_length(RandomStream& random) {
  const double sum = -std::log(1 - random.uniform()) - std::log(1 - random.uniform());
  return std::clamp(static_cast<std::int64_t>(sum * kMeanLength / 2), kShortest, kLongest);
}

}  // namespace

SyntheticTask::SyntheticTask(const Config& config, const SyntheticLengths& lengths)
    : TranslatorTask(config, config.tokenizer.vocab_size, config.tokenizer.vocab_size),
      batch_(config.batch),
      lengths_(lengths),
      vocabulary_(config.tokenizer.vocab_size),
      seed_(static_cast<std::uint64_t>(config.train.seed)) {
  start_from_data();
}

// The sentences of a batch have similar lengths, as in batches cut from sorted text.
batches::Batch SyntheticTask::batch(std::int64_t epoch, std::int64_t index) {
  RandomStream random(mix_key({seed_, static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(index)}));
  const std::int64_t middle = random_length(random);
  const auto length = [&](std::int64_t fixed) {
    return fixed > 0 ? fixed : std::max(kShortest, middle - 1 + static_cast<std::int64_t>(random.below(3)));
  };
  const auto fill = [&](std::vector<std::int64_t>& ids, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) ids.push_back(random_id(random, vocabulary_));
  };
  batches::Batch batch;
  do {
    const std::int64_t target = length(lengths_.target);
    fill(batch.source.ids, length(lengths_.source));
    fill(batch.target_input.ids, target);
    fill(batch.target_output, target);
    batch.source.end_sequence();
    batch.target_input.end_sequence();
    batch.pair_indices.push_back(batch.sequences());
  } while (batch.target_tokens() + batch.target_input.max_length <= batch_.max_tokens);
  return batch;
}

}  // namespace prenorm::tasks
