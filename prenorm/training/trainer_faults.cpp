// What the trainer does about a fault: leave the batch out, go back to a checkpoint, or stop; and in any case say why.
//
// Everything that decides is in the state, which checkpoints hold, or follows from the update itself. A run that was
// killed after a fault comes to it again from the last checkpoint and decides the same: the same bits.
#include <fmt/format.h>

#include <algorithm>

#include "prenorm/base/error.h"
#include "prenorm/base/statistics.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/training/trainer.h"

namespace prenorm::training {

updates::Fault Trainer::fault_of_state(updates::FaultKind kind, std::string what) const {
  updates::Fault fault{kind, last_};
  fault.update.step = state_.step;
  fault.what = std::move(what);
  return fault;
}

std::optional<updates::Fault> Trainer::loss_ratio_fault() const {
  const double ratio = config_.train.diverged_loss_ratio;
  if (ratio == 0 || state_.first_loss == 0 || std::ssize(state_.recent_losses) < runs::kLossesToJudge)
    return std::nullopt;
  const double loss = lower_median(state_.recent_losses);
  if (loss <= ratio * state_.first_loss) return std::nullopt;
  updates::Fault fault = fault_of_state(
      updates::FaultKind::kLossRatio,
      fmt::format("the median loss of the last {} updates, {:.4g} nats per target token, is over {:g} times "
                  "that of update 1, {:.4g} (train.diverged_loss_ratio)",
                  runs::kLossesToJudge, loss, ratio, state_.first_loss));
  fault.usual = state_.first_loss;
  return fault;
}

void Trainer::respond(updates::Fault fault) {
  examine_and_count(fault);
  const updates::FaultAction action = action_for(fault);
  if (action == updates::FaultAction::kStop) stop(fault);
  // The first fault of a run is worth a page even where the run continues.
  if (state_.faults == 1) diagnose_fault(fault, action);
  if (const auto& batches = fault.update.batches; !batches.empty())
    state_.skipped.push_back({fault.update.step, batches.front().epoch, batches.front().batch, std::ssize(batches)});
  if (action == updates::FaultAction::kRollback) roll_back();
  log_->fault(state_.step + 1, fault, action);
  warn(fmt::format("update {}: {}; {}", fault.update.step, fault.what,
                   action == updates::FaultAction::kSkip
                       ? std::string("its batch is left out")
                       : fmt::format("back to the checkpoint of update {}, and on past this batch", state_.step)));
}

// An update that has been made is not past its own fault: made again, it may come to it again, without end.
void Trainer::examine_and_count(updates::Fault& fault) {
  examine(fault, task_);
  ++state_.faults;
  ++state_.faults_in_a_row;
  const std::int64_t past = before_the_update(fault.kind) ? fault.update.step : fault.update.step + 1;
  state_.past_faults = std::max(state_.past_faults, past);
}

// Leaving a batch out helps only where the update has not been made and the weights are good.
updates::FaultAction Trainer::action_for(const updates::Fault& fault) const {
  const TrainConfig& t = config_.train;
  if (t.on_fault == OnFault::kStop || state_.faults_in_a_row > t.max_faults) return updates::FaultAction::kStop;
  if (t.on_fault == OnFault::kRollback)
    return folder_.newest_on_schedule() ? updates::FaultAction::kRollback : updates::FaultAction::kStop;
  const bool helps = before_the_update(fault.kind) && fault.bad.kind != updates::TensorKind::kWeight;
  return helps ? updates::FaultAction::kSkip : updates::FaultAction::kStop;
}

// As Chowdhery et al. 2022 (PaLM), section 5.1: the same weights on other batches do not come to the same fault. What
// counts faults and where the data stand are of now, everything else is of the checkpoint.
void Trainer::roll_back() {
  const std::int64_t target = *folder_.newest_on_schedule();
  // Steps after it are those where a run was stopped; the run that goes back never came there.
  for (const std::int64_t step : folder_.steps())
    if (step > target) runs::RunFolder::remove_checkpoint(folder_.checkpoint(step));
  runs::TrainerState back = runs::load_checkpoint(folder_.checkpoint(target), task_.parameters(), updater_.optimizer());
  back.epoch = state_.epoch;
  back.batch = state_.batch;
  back.faults = state_.faults;
  back.faults_in_a_row = state_.faults_in_a_row;
  back.past_faults = state_.past_faults;
  back.skipped = std::move(state_.skipped);
  back.seconds = state_.seconds;
  state_ = std::move(back);
  saved_step_ = target;
  save_best_ = false;
  last_ = {};
  folder_.link_last(target);
  log_->rewind(target);
}

diagnosis::Diagnosis Trainer::diagnose_fault(const updates::Fault& fault, updates::FaultAction action) const {
  diagnosis::Evidence evidence = diagnosis::read_log(folder_.metrics());
  evidence.config = config_;
  evidence.state = state_;
  for (const nn::Parameter& p : task_.parameters().list()) evidence.parameters.push_back({p.name, p.value.dim() > 1});
  evidence.fault = diagnosis::FaultEvidence{fault, action, state_.step == started_step_,
                                            control_batch(task_, state_.history, state_.epoch, state_.batch)};
  diagnosis::Diagnosis diagnosis = diagnose(evidence);
  try {
    write_diagnosis(folder_, diagnosis);
  } catch (const FileError& error) {
    warn(error.what());  // the fault is what must be reported
  }
  return diagnosis;
}

std::string Trainer::last_good_checkpoint() const {
  return saved_step_ >= 0 ? fmt::format("the checkpoint of update {} is the last good one", saved_step_)
                          : std::string("no checkpoint had been written yet");
}

std::string Trainer::what_stops(const updates::Fault& fault) const {
  if (fault.kind == updates::FaultKind::kWeightNotFinite)
    return fault.what + (state_.step > started_step_ ? " any more" : "");
  if (fault.kind == updates::FaultKind::kLossRatio) return "training has diverged: " + fault.what;
  if (!before_the_update(fault.kind)) return fault.what;
  const updates::Update& update = fault.update;
  return fmt::format(
      "training has diverged: {} (loss {:.4g} nats per target token, learning rate {:.4g}, batch {} of epoch {}: {}); "
      "the update was not made",
      fault.what, update.loss(), update.learning_rate, fault.bad.where.batch, fault.bad.where.epoch, fault.origin);
}

// The line of the log is one of the update that would be made next: a run that is resumed drops it.
void Trainer::stop(const updates::Fault& fault) {
  const diagnosis::Diagnosis diagnosis = diagnose_fault(fault, updates::FaultAction::kStop);
  log_->fault(state_.step + 1, fault, updates::FaultAction::kStop);
  throw_error<NumericsError>("update {}: {}; {}; {}; more in {}", fault.update.step, what_stops(fault),
                             last_good_checkpoint(), diagnosis.advice(), folder_.diagnosis_page().string());
}

}  // namespace prenorm::training
