#include "prenorm/updates/next_update.h"

#include "prenorm/optim/schedule.h"

namespace prenorm::updates {

// Both factors are bounded by their ranges in the configuration, 1e6 and 1e12, so their product cannot overflow.
std::int64_t batches_of_next_update(const BatchConfig& batch, const runs::TrainerState& state) {
  if (batch.ramp_from == 0 || state.target_tokens >= batch.ramp_tokens) return batch.accumulate;
  return batch.ramp_from + (batch.accumulate - batch.ramp_from) * state.target_tokens / batch.ramp_tokens;
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
