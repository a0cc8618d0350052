#include "prenorm/training/fault_decisions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "prenorm/base/statistics.h"

namespace prenorm::training {
namespace {

std::optional<updates::Fault> loss_ratio_fault(const TrainConfig& config, const runs::TrainerState& state,
                                               const updates::Update& last) {
  const double ratio = config.diverged_loss_ratio;
  if (ratio == 0 || state.first_loss == 0 || std::ssize(state.recent_losses) < runs::kLossesToJudge)
    return std::nullopt;
  const double loss = lower_median(state.recent_losses);
  if (loss <= ratio * state.first_loss) return std::nullopt;
  updates::Fault fault = fault_of_state(
      updates::FaultKind::kLossRatio, state, last,
      fmt::format("the median loss of the last {} updates, {:.4g} nats per target token, is over {:g} times "
                  "that of update 1, {:.4g} (train.diverged_loss_ratio)",
                  runs::kLossesToJudge, loss, ratio, state.first_loss));
  fault.usual = state.first_loss;
  return fault;
}

}  // namespace

updates::Fault fault_of_state(updates::FaultKind kind, const runs::TrainerState& state, const updates::Update& last,
                              std::string what) {
  updates::Fault fault{kind, last};
  fault.update.step = state.step;
  fault.what = std::move(what);
  return fault;
}

std::optional<updates::Fault> fault_after_update(const TrainConfig& config, const runs::TrainerState& state,
                                                 const updates::Update& last, bool weights_finite) {
  if (!weights_finite) return fault_of_state(updates::FaultKind::kWeightNotFinite, state, last);
  return loss_ratio_fault(config, state, last);
}

// An update that has been made does not count as past its own fault. Otherwise a run could repeat the update and meet
// the same fault without end.
void count_fault(const updates::Fault& fault, runs::TrainerState& state) {
  ++state.faults;
  ++state.faults_in_a_row;
  const std::int64_t past = before_the_update(fault.kind) ? fault.update.step : fault.update.step + 1;
  state.past_faults = std::max(state.past_faults, past);
}

// Skipping a batch helps only if the update has not been made and the weights are good.
updates::FaultAction action_for(const updates::Fault& fault, const TrainConfig& config, const runs::TrainerState& state,
                                bool can_go_back) {
  using enum updates::FaultAction;
  if (config.on_fault == OnFault::kStop || state.faults_in_a_row > config.max_faults) return kStop;
  if (config.on_fault == OnFault::kRollback) return can_go_back ? kRollback : kStop;
  const bool helps = before_the_update(fault.kind) && fault.bad.kind != updates::TensorKind::kWeight;
  return helps ? kSkip : kStop;
}

void record_skipped(const updates::Update& update, runs::TrainerState& state) {
  if (update.batches.empty()) return;
  const updates::MicroBatch& first = update.batches.front();
  state.skipped.push_back({update.step, first.epoch, first.batch, std::ssize(update.batches)});
}

// Chowdhery et al. 2022 (PaLM), section 5.1: the same weights do not meet the same fault on other batches.
runs::TrainerState rolled_back(runs::TrainerState checkpoint, const runs::TrainerState& now) {
  checkpoint.epoch = now.epoch;
  checkpoint.batch = now.batch;
  checkpoint.faults = now.faults;
  checkpoint.faults_in_a_row = now.faults_in_a_row;
  checkpoint.past_faults = now.past_faults;
  checkpoint.skipped = now.skipped;
  checkpoint.seconds = now.seconds;
  return checkpoint;
}

std::string what_stops(const updates::Fault& fault, bool trained) {
  if (fault.kind == updates::FaultKind::kWeightNotFinite) return fault.what + (trained ? " any more" : "");
  if (fault.kind == updates::FaultKind::kLossRatio) return "training has diverged: " + fault.what;
  if (!before_the_update(fault.kind)) return fault.what;
  const updates::Update& update = fault.update;
  return fmt::format(
      "training has diverged: {} (loss {:.4g} nats per target token, learning rate {:.4g}, batch {} of epoch {}: {}); "
      "the update was not made",
      fault.what, update.loss(), update.learning_rate, fault.bad.where.batch, fault.bad.where.epoch, fault.origin);
}

}  // namespace prenorm::training
