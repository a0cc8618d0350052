#include "prenorm/updates/next_update.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "prenorm/optim/schedule.h"

namespace prenorm::updates {
namespace {

std::int64_t batches_by_noise_scale(const BatchConfig& batch, const runs::TrainerState& state) {
  const noise::MeanMoments* means = state.noise_scale.whole();
  if (means == nullptr || means->batches() < kUpdatesToFollow || state.batches == 0) return batch.ramp_from;
  const std::optional<double> examples = means->scale().examples;
  if (!examples) return batch.accumulate;
  const double tokens = *examples * state.noise_scale.target_tokens_per_example();
  const double tokens_of_batch = static_cast<double>(state.target_tokens) / static_cast<double>(state.batches);
  const double wanted = std::clamp(tokens / std::max(tokens_of_batch, 1.0), static_cast<double>(batch.ramp_from),
                                   static_cast<double>(batch.accumulate));
  return std::llround(wanted);
}

}  // namespace

// Both factors are bounded by their ranges in the configuration, 1e6 and 1e12, so their product cannot overflow.
std::int64_t batches_of_next_update(const BatchConfig& batch, const runs::TrainerState& state) {
  if (batch.follow == BatchFollow::kNoiseScale) return batches_by_noise_scale(batch, state);
  if (batch.ramp_from == 0 || state.target_tokens >= batch.ramp_tokens) return batch.accumulate;
  return batch.ramp_from + (batch.accumulate - batch.ramp_from) * state.target_tokens / batch.ramp_tokens;
}

void stop_growing(BatchConfig& batch) {
  batch.ramp_from = batch.ramp_tokens = 0;
  batch.follow = BatchFollow::kNothing;
}

double rate_of_next_update(const Config& config, const runs::TrainerState& state, std::int64_t update_tokens,
                           std::int64_t epoch) {
  const bool by_tokens = config.schedule.unit == ScheduleUnit::kTokens;
  const std::int64_t before = by_tokens ? state.target_tokens : state.step;
  return optim::learning_rate(config.schedule, config.optim.lr,
                              {.before = before,
                               .after = before + (by_tokens ? update_tokens : 1),
                               .end = by_tokens ? config.train.max_tokens : config.train.max_steps,
                               .epoch = epoch + 1});
}

}  // namespace prenorm::updates
