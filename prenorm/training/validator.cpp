#include "prenorm/training/validator.h"

namespace prenorm::training {

bool Validator::due(std::int64_t step) const {
  return task_.has_validation() && step > 0 && step % config_.valid_every == 0;
}

// Rounded up to a validation.
bool Validator::bleu_due(std::int64_t step) const {
  if (config_.best_metric == BestMetric::kBleu) return true;
  const std::int64_t every = config_.bleu_every;
  return every > 0 && step / every > (step - config_.valid_every) / every;
}

runs::Validation Validator::measure(std::int64_t step, bool with_output) {
  last_ = task_.validate(with_output);
  step_ = step;
  return *last_;
}

const runs::Validation* Validator::known(std::int64_t step) const {
  return step_ == step && (last_->bleu || !task_.has_output()) ? &*last_ : nullptr;
}

double Validator::metric(const runs::Validation& validation) const {
  switch (config_.best_metric) {
    case BestMetric::kLoss: return validation.loss_nats_per_token;
    case BestMetric::kBleu: return validation.bleu.value_or(0);
    case BestMetric::kScore: return validation.scores.empty() ? 0 : validation.scores.front().second;
  }
  return 0;
}

bool Validator::improves(const runs::Validation& validation, runs::TrainerState& state) const {
  const bool by_loss = config_.best_metric == BestMetric::kLoss;
  const double value = metric(validation);
  const bool better = state.best_step == 0 || (by_loss ? value < state.best_value : value > state.best_value);
  if (better) {
    state.best_value = value;
    state.best_step = state.step;
  }
  state.validations_without_improvement = better ? 0 : state.validations_without_improvement + 1;
  return better;
}

}  // namespace prenorm::training
