// The end of a run: the last validation, the averaged weights, the results.
#include <cmath>

#include "prenorm/training/decisions.h"
#include "prenorm/training/fault_decisions.h"
#include "prenorm/training/trainer.h"

namespace prenorm::training {

runs::TrainingResult Trainer::finish(runs::StopReason reason) {
  runs::TrainingResult result{reason, state_, std::nullopt, std::nullopt, {}};
  if (reason == runs::StopReason::kSignal) return result;
  if (task_.has_validation()) result.last_validation = validate_at_end(result.state);
  if (config_.train.average_last > 0) result.average_validation = average();
  writer_.results(result);
  return result;
}

runs::Validation Trainer::finite(runs::Validation validation, const std::string& loss) {
  if (std::isfinite(validation.loss_nats_per_token)) return validation;
  updates::Fault fault =
      fault_of_state(updates::FaultKind::kValidationNotFinite, state_, last_, loss + " is not finite");
  examine(fault, task_);
  count_fault(fault, state_);
  stop(fault);
}

// The final weights are always translated and scored, and may be the best. None of this is in the checkpoint, and the
// line is marked "at_end", so that a run resumed from there is the same as one that never ended.
runs::Validation Trainer::validate_at_end(runs::TrainerState& state) {
  const bool scheduled = validation_due(config_.train, state_.step);
  const bool known = validated_.step == state_.step && (validated_.validation.bleu || !task_.has_output());
  runs::Validation validation =
      known ? validated_.validation : finite(task_.validate(/*with_output=*/true), "the validation loss");
  const bool best = !scheduled && record_validation(config_.train, validation, state);
  if (best) writer_.link_best(state_.step);
  if (!scheduled || (task_.has_output() && !output_due(config_.train, state_.step)))
    writer_.log().validation(state_.step, validation, state.best_step == state_.step, /*at_end=*/true);
  return validation;
}

std::optional<runs::Validation> Trainer::average() {
  writer_.average(config_.train.average_last, task_.parameters());
  if (!task_.has_validation()) return std::nullopt;
  return finite(task_.validate(/*with_output=*/true), "the validation loss of the averaged weights");
}

}  // namespace prenorm::training
