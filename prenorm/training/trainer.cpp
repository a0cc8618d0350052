#include "prenorm/training/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/machine/stop_signal.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/ops/cpu_level.h"
#include "prenorm/runs/same_run.h"
#include "prenorm/training/decisions.h"
#include "prenorm/training/fault_decisions.h"

namespace prenorm::training {

Trainer::Trainer(const Config& config, updates::Task& task, runs::RunFolder folder)
    : config_(config), task_(task), folder_(std::move(folder)), writer_(config, folder_), updater_(config, task) {
  state_.data = task.data_key();
  state_.workers = updater_.workers();
  state_.cpu_level = enum_name(ops::cpu_level());
}

bool Trainer::resume() {
  const std::vector<std::int64_t> steps = folder_.steps();
  if (!steps.empty()) {
    const std::filesystem::path newest = folder_.checkpoint(steps.back());
    runs::TrainerState state = runs::load_checkpoint(newest, task_.parameters(), updater_.optimizer());
    if (state.data != state_.data)
      throw_error<UsageError>(
          "{}: the training text is no longer the one that the run was started with; bring that "
          "back, or start another run with --run",
          folder_.path().string());
    if (state.step != steps.back() || state.batch >= task_.batches_in_epoch(state.epoch))
      throw_error<CheckpointError>("{}: says that it is of update {}, before batch {} of epoch {}, which cannot be",
                                   newest.string(), state.step, state.batch, state.epoch);
    for (const std::string& difference : other_bits(state, state_)) warn(difference);
    state.workers = state_.workers;
    state.cpu_level = state_.cpu_level;
    state_ = std::move(state);
    saved_step_ = started_step_ = state_.step;
    writer_.catch_up(state_);
  }
  writer_.remove_leftovers();
  return !steps.empty();
}

runs::TrainingResult Trainer::run() {
  const StopSignal signals;
  start();
  runs::StopReason reason{};
  do {
    reason = train();
  } while (!checkpoint_at_stop());
  writer_.log().end_progress();
  return finish(reason);
}

void Trainer::start() {
  if (state_.unigram_nats == 0) state_.unigram_nats = task_.unigram_nats();
  state_.history.parameters.clear();
  for (const nn::Parameter& p : task_.parameters().trained()) state_.history.parameters.push_back(p.name);
  writer_.start(state_, /*continues=*/!stop_reason(config_.train, state_, StopSignal::received() != 0));
  // The first checkpoint to roll back to.
  if (config_.train.on_fault == OnFault::kRollback && folder_.steps().empty() && !save(state_.on_schedule))
    respond(updates::FaultKind::kWeightNotFinite);
}

runs::StopReason Trainer::train() {
  for (;;) {
    if (const auto reason = stop_reason(config_.train, state_, StopSignal::received() != 0)) return *reason;
    if (make_update() && validate_if_due()) checkpoint_if_due();
  }
}

bool Trainer::make_update() {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  std::optional<updates::PointRecorder> recorder;
  if (observation_due(config_.train, state_.step + 1)) recorder.emplace(updater_.workers());
  const updates::Update update =
      updater_.compute(state_, recorder ? recorder->observers() : std::span<const nn::Observer>());
  if (auto fault = find_fault(update, state_.history, config_.train, task_.guess_nats())) {
    respond(std::move(*fault));
    return false;
  }
  const bool measure = updater_.measurement_due(state_, update);
  const std::vector<runs::TensorUpdate> tensors = updater_.apply(update, measure || recorder);
  const double rate_sum_before = state_.rate_sum;
  updater_.record(state_, update, measure ? tensors : std::vector<runs::TensorUpdate>());
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  state_.seconds += seconds;
  state_.window.seconds += seconds;
  last_ = update;
  if (recorder) writer_.log().observation(state_.step, task_.parameters().trained(), tensors, *recorder);
  writer_.log().update(state_, update);
  const bool weights_finite =
      std::all_of(tensors.begin(), tensors.end(), [](const auto& t) { return std::isfinite(t.weight); });
  if (auto fault = fault_after_update(config_.train, state_, last_, weights_finite)) {
    respond(std::move(*fault));
    return false;
  }
  if (has_just_stalled(state_, rate_sum_before)) warn_of_a_stall();
  return true;
}

void Trainer::warn_of_a_stall() const {
  warn(fmt::format("update {}: the loss of the last updates, {}; the run may have stalled: prenorm diagnose {}",
                   state_.step, diagnosis::at_unigram_loss_text(state_.history.mean_nll(), state_.unigram_nats),
                   folder_.path().string()));
}

bool Trainer::validate_if_due() {
  if (!task_.has_validation() || !validation_due(config_.train, state_.step)) return true;
  const runs::Validation validation = task_.validate(output_due(config_.train, state_.step));
  validated_ = {state_.step, validation};
  if (!std::isfinite(validation.loss_nats_per_token)) {
    respond(updates::FaultKind::kValidationNotFinite, "the validation loss is not finite");
    return false;
  }
  save_best_ = record_validation(config_.train, validation, state_);
  writer_.log().validation(state_.step, validation, save_best_, /*at_end=*/false);
  return true;
}

void Trainer::checkpoint_if_due() {
  if (!save_best_ && !checkpoint_due(config_.train, state_.step)) return;
  if (!save(/*on_schedule=*/true)) respond(updates::FaultKind::kWeightNotFinite);
}

// A run may also stop when no checkpoint is due: before its first update or after a skipped batch.
bool Trainer::checkpoint_at_stop() {
  if (saved_step_ == state_.step) return true;
  if (save(/*on_schedule=*/false)) return true;
  respond(updates::FaultKind::kWeightNotFinite);
  return false;
}

// Even finite gradients can make a weight overflow.
bool Trainer::save(bool on_schedule) {
  state_.on_schedule = on_schedule;
  if (!updates::all_finite(task_.parameters().values())) return false;
  writer_.checkpoint(task_.parameters(), updater_.optimizer(), state_, save_best_);
  saved_step_ = state_.step;
  save_best_ = false;
  return true;
}

}  // namespace prenorm::training
