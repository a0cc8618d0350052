#include "prenorm/training/decisions.h"

#include <algorithm>

#include "prenorm/diagnosis/diagnosis.h"

namespace prenorm::training {
namespace {

bool due(std::int64_t step, std::int64_t every) { return step > 0 && step % every == 0; }

double metric_of(const TrainConfig& config, const runs::Validation& validation) {
  switch (config.best_metric) {
    case BestMetric::kLoss: return validation.loss_nats_per_token;
    case BestMetric::kBleu: return validation.bleu.value_or(0);
    case BestMetric::kScore: return validation.scores.empty() ? 0 : validation.scores.front().second;
  }
  return 0;
}

}  // namespace

std::optional<runs::StopReason> stop_reason(const TrainConfig& config, const runs::TrainerState& state,
                                            bool signalled) {
  if (signalled) return runs::StopReason::kSignal;
  if (state.step >= config.max_steps) return runs::StopReason::kMaxSteps;
  if (config.max_tokens > 0 && state.target_tokens >= config.max_tokens) return runs::StopReason::kMaxTokens;
  if (config.max_epochs > 0 && state.epoch >= config.max_epochs) return runs::StopReason::kMaxEpochs;
  if (config.patience > 0 && state.validations_without_improvement >= config.patience)
    return runs::StopReason::kPatience;
  return std::nullopt;
}

bool validation_due(const TrainConfig& config, std::int64_t step) { return due(step, config.valid_every); }

bool checkpoint_due(const TrainConfig& config, std::int64_t step) { return due(step, config.checkpoint_every); }

// True for the first validation at or after each multiple of train.bleu_every.
bool output_due(const TrainConfig& config, std::int64_t step) {
  if (config.best_metric == BestMetric::kBleu) return true;
  const std::int64_t every = config.bleu_every;
  return every > 0 && step / every > (step - config.valid_every) / every;
}

bool observation_due(const TrainConfig& config, std::int64_t step) {
  return config.observe_every > 0 && (step == 1 || due(step, config.observe_every));
}

bool record_validation(const TrainConfig& config, const runs::Validation& validation, runs::TrainerState& state) {
  const bool by_loss = config.best_metric == BestMetric::kLoss;
  const double value = metric_of(config, validation);
  const bool better = state.best_step == 0 || (by_loss ? value < state.best_value : value > state.best_value);
  if (better) {
    state.best_value = value;
    state.best_step = state.step;
  }
  state.validations_without_improvement = better ? 0 : state.validations_without_improvement + 1;
  return better;
}

// A rollback needs a scheduled checkpoint. If the run was stopped after it, that is not the newest checkpoint.
std::int64_t checkpoints_kept(const TrainConfig& config) {
  const std::int64_t least = config.on_fault == OnFault::kRollback ? 2 : 1;
  return std::max(config.keep_last, least);
}

WayToTheEnd way_to_the_end(const TrainConfig& config, const runs::TrainerState& state) {
  if (config.max_tokens == 0) return {state.step, config.max_steps};
  const double by_updates = static_cast<double>(state.step) / static_cast<double>(config.max_steps);
  const auto tokens = static_cast<std::int64_t>(by_updates * static_cast<double>(config.max_tokens));
  return {std::max(state.target_tokens, tokens), config.max_tokens};
}

bool has_just_stalled(const runs::TrainerState& state, double rate_sum_before) {
  if (rate_sum_before >= diagnosis::kUpdatesToJudge || state.rate_sum < diagnosis::kUpdatesToJudge) return false;
  return diagnosis::at_unigram_loss(state.history.mean_nll(), state.unigram_nats);
}

}  // namespace prenorm::training
