// How the trainer responds to a fault, as decided by fault_decisions.h.
#include <fmt/format.h>

#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/training/fault_decisions.h"
#include "prenorm/training/trainer.h"

namespace prenorm::training {

void Trainer::respond(updates::FaultKind kind, const std::string& what) {
  respond(fault_of_state(kind, state_, last_, what));
}

void Trainer::respond(updates::Fault fault) {
  examine(fault, task_);
  count_fault(fault, state_);
  const std::optional<std::int64_t> target = folder_.newest_on_schedule();
  const updates::FaultAction action = action_for(fault, config_.train, state_, /*can_go_back=*/target.has_value());
  if (action == updates::FaultAction::kStop) stop(fault);
  // The first fault of a run is diagnosed even if the run continues.
  if (state_.faults == 1) diagnose(fault, action);
  record_skipped(fault.update, state_);
  if (action == updates::FaultAction::kRollback) roll_back(*target);
  writer_.log().fault(state_.step + 1, fault, action);
  warn(fmt::format("update {}: {}; {}", fault.update.step, fault.what,
                   action == updates::FaultAction::kSkip
                       ? std::string("its batch is left out")
                       : fmt::format("back to the checkpoint of update {}, and on past this batch", state_.step)));
}

void Trainer::roll_back(std::int64_t target) {
  runs::TrainerState back = runs::load_checkpoint(folder_.checkpoint(target), task_.parameters(), updater_.optimizer());
  writer_.go_back_to(target);
  state_ = rolled_back(std::move(back), state_);
  saved_step_ = target;
  save_best_ = false;
  last_ = {};
}

diagnosis::Diagnosis Trainer::diagnose(const updates::Fault& fault, updates::FaultAction action) {
  const updates::ControlBatch control = control_batch(task_, state_.history, state_.epoch, state_.batch);
  return writer_.diagnose(state_, task_.parameters().trained(),
                          {fault, action, /*first_after_start=*/state_.step == started_step_, control});
}

// The line has the number of the next update, so a resumed run drops it.
void Trainer::stop(const updates::Fault& fault) {
  const diagnosis::Diagnosis diagnosis = diagnose(fault, updates::FaultAction::kStop);
  writer_.log().fault(state_.step + 1, fault, updates::FaultAction::kStop);
  const std::string last_good = saved_step_ >= 0
                                    ? fmt::format("the checkpoint of update {} is the last good one", saved_step_)
                                    : std::string("no checkpoint had been written yet");
  throw_error<NumericsError>("update {}: {}; {}; {}; more in {}", fault.update.step,
                             what_stops(fault, /*trained=*/state_.step > started_step_), last_good, diagnosis.advice(),
                             folder_.diagnosis_page().string());
}

}  // namespace prenorm::training
