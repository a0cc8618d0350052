#include "prenorm/training/trainer.h"

#include <chrono>
#include <cmath>
#include <filesystem>

#include "prenorm/base/error.h"
#include "prenorm/files/file_system.h"
#include "prenorm/machine/stop_signal.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/ops/cpu_level.h"
#include "prenorm/runs/same_run.h"

namespace prenorm::training {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

bool due(std::int64_t step, std::int64_t every) { return step > 0 && step % every == 0; }

}  // namespace

Trainer::Trainer(const Config& config, updates::Task& task, runs::RunFolder folder)
    : config_(config), task_(task), folder_(std::move(folder)), updater_(config, task), validator_(config.train, task) {
  state_.data = task.data_key();
  state_.workers = updater_.workers();
  state_.cpu_level = enum_name(ops::cpu_level());
}

// Links and the removal of old checkpoints may lag behind a checkpoint after which the process was killed; the
// checkpoint itself is whole.
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
    folder_.link_last(state_.step);
    folder_.link_best(state_.best_step);
    remove_old_checkpoints();
  }
  folder_.remove_leftovers();
  return !steps.empty();
}

std::optional<runs::StopReason> Trainer::stop_reason() const {
  if (StopSignal::received() != 0) return runs::StopReason::kSignal;
  if (state_.step >= config_.train.max_steps) return runs::StopReason::kMaxSteps;
  if (config_.train.max_epochs > 0 && state_.epoch >= config_.train.max_epochs) return runs::StopReason::kMaxEpochs;
  if (config_.train.patience > 0 && state_.validations_without_improvement >= config_.train.patience)
    return runs::StopReason::kPatience;
  return std::nullopt;
}

void Trainer::start() {
  if (state_.unigram_nats == 0) state_.unigram_nats = task_.unigram_nats();
  state_.history.parameters.clear();
  for (const nn::Parameter& p : task_.parameters().list()) state_.history.parameters.push_back(p.name);
  log_.emplace(config_.train, folder_, state_.step);
  log_->warn_of_lost_lines(state_);
  if (!stop_reason()) {
    // Of an earlier end of a run that goes on.
    remove_file(folder_.results());
    runs::RunFolder::remove_checkpoint(folder_.average());
  }
  // Of a fault that a run that goes on has yet to come to.
  if (state_.faults == 0)
    for (const auto& file : {folder_.diagnosis(), folder_.diagnosis_page()}) remove_file(file);
  // To roll back to before there is another.
  if (config_.train.on_fault == OnFault::kRollback && folder_.steps().empty() && !save())
    respond(fault_of_state(updates::FaultKind::kWeightNotFinite));
}

runs::TrainingResult Trainer::run() {
  const StopSignal signals;
  start();
  runs::StopReason reason{};
  do {
    reason = train();
  } while (!checkpoint_at_stop());
  log_->end_progress();
  return finish(reason);
}

runs::StopReason Trainer::train() {
  std::optional<runs::StopReason> reason;
  while (!(reason = stop_reason()))
    if (step() && validate_if_due()) checkpoint_if_due();
  return *reason;
}

bool Trainer::step() {
  const auto start = Clock::now();
  std::optional<updates::PointRecorder> recorder;
  if (observation_due()) recorder.emplace(updater_.workers());
  const updates::Update update =
      updater_.compute(state_, recorder ? recorder->observers() : std::span<const nn::Observer>());
  if (std::optional<updates::Fault> fault = find_fault(update, state_.history, config_.train, task_.guess_nats())) {
    respond(std::move(*fault));
    return false;
  }
  const bool measure = updater_.measurement_due(state_, update);
  const std::vector<runs::TensorUpdate> tensors = updater_.apply(update, measure || recorder);
  const double rate_sum_before = state_.rate_sum;
  updater_.record(state_, update, measure ? tensors : std::vector<runs::TensorUpdate>());
  const double seconds = seconds_since(start);
  state_.seconds += seconds;
  state_.window.seconds += seconds;
  last_ = update;
  if (recorder) log_->observation(state_.step, task_.parameters().list(), tensors, *recorder);
  log_->update(state_, update);
  std::optional<updates::Fault> fault = loss_ratio_fault();
  for (const runs::TensorUpdate& t : tensors)
    if (!std::isfinite(t.weight)) fault = fault_of_state(updates::FaultKind::kWeightNotFinite);
  if (fault) respond(std::move(*fault));
  if (!fault) warn_of_a_stall(rate_sum_before);
  return !fault;
}

bool Trainer::observation_due() const {
  const std::int64_t every = config_.train.observe_every, next = state_.step + 1;
  return every > 0 && (next == 1 || due(next, every));
}

// Once, as soon as it can be told.
void Trainer::warn_of_a_stall(double rate_sum_before) const {
  if (rate_sum_before >= diagnosis::kUpdatesToJudge || state_.rate_sum < diagnosis::kUpdatesToJudge) return;
  const double nll = state_.history.mean_nll();
  if (!diagnosis::at_unigram_loss(nll, state_.unigram_nats)) return;
  warn(fmt::format("update {}: the loss of the last updates, {}; the run may have stalled: prenorm diagnose {}",
                   state_.step, diagnosis::at_unigram_loss_text(nll, state_.unigram_nats), folder_.path().string()));
}

bool Trainer::validate_if_due() {
  if (!validator_.due(state_.step)) return true;
  const runs::Validation validation = validator_.measure(state_.step, validator_.bleu_due(state_.step));
  if (!std::isfinite(validation.loss_nats_per_token)) {
    respond(fault_of_state(updates::FaultKind::kValidationNotFinite, "the validation loss is not finite"));
    return false;
  }
  save_best_ = validator_.improves(validation, state_);
  log_->validation(state_.step, validation, save_best_, /*at_end=*/false);
  return true;
}

void Trainer::checkpoint_if_due() {
  const bool scheduled = save_best_ || due(state_.step, config_.train.checkpoint_every);
  if (!scheduled && !stop_reason()) return;
  state_.on_schedule = scheduled;
  if (!save()) respond(fault_of_state(updates::FaultKind::kWeightNotFinite));
}

// What a run that stops leaves: where a signal came before the first update, or the last batch of the last epoch was
// left out, nothing has been written yet of where it is.
bool Trainer::checkpoint_at_stop() {
  if (saved_step_ == state_.step) return true;
  state_.on_schedule = false;
  if (save()) return true;
  respond(fault_of_state(updates::FaultKind::kWeightNotFinite));
  return false;
}

// An update of finite gradients can still carry a weight past the largest number.
bool Trainer::save() {
  if (!updates::all_finite(task_.parameters().values())) return false;
  log_->sync();  // after a power cut, the log has all lines up to the newest checkpoint
  save_checkpoint(folder_.checkpoint(state_.step), task_.parameters(), updater_.optimizer(), state_);
  saved_step_ = state_.step;
  folder_.link_last(state_.step);
  if (save_best_) folder_.link_best(state_.step);
  save_best_ = false;
  remove_old_checkpoints();
  return true;
}

// A checkpoint to roll back to must stand on schedule, and is not the newest where the run was stopped after it.
void Trainer::remove_old_checkpoints() const {
  const std::int64_t least = config_.train.on_fault == OnFault::kRollback ? 2 : 1;
  folder_.remove_old_checkpoints(state_.step, state_.best_step > 0 ? state_.best_step : -1,
                                 std::max(config_.train.keep_last, least));
}

runs::TrainingResult Trainer::finish(runs::StopReason reason) {
  runs::TrainingResult result{reason, state_, std::nullopt, std::nullopt, {}};
  if (reason == runs::StopReason::kSignal) return result;
  if (task_.has_validation()) result.last_validation = validate_at_end(result.state);
  if (config_.train.average_last > 0) result.average_validation = average();
  log_->sync();
  write_results(folder_.results(), result);
  return result;
}

runs::Validation Trainer::finite(runs::Validation validation, const std::string& loss) {
  if (std::isfinite(validation.loss_nats_per_token)) return validation;
  updates::Fault fault = fault_of_state(updates::FaultKind::kValidationNotFinite, loss + " is not finite");
  examine_and_count(fault);
  stop(fault);
}

// The last weights are always translated and scored, and may be the best. None of it is in the checkpoint, and the line
// says "at_end": a run that goes on is then the run that never ended here.
runs::Validation Trainer::validate_at_end(runs::TrainerState& state) {
  const bool scheduled = due(state_.step, config_.train.valid_every);
  const runs::Validation* known = validator_.known(state_.step);
  runs::Validation validation =
      known != nullptr ? *known : finite(validator_.measure(state_.step, /*with_output=*/true), "the validation loss");
  const bool best = !scheduled && validator_.improves(validation, state);
  if (best) folder_.link_best(state_.step);
  if (!scheduled || (task_.has_output() && !validator_.bleu_due(state_.step)))
    log_->validation(state_.step, validation, state.best_step == state_.step, /*at_end=*/true);
  return validation;
}

std::optional<runs::Validation> Trainer::average() {
  std::vector<std::filesystem::path> checkpoints;
  const std::vector<std::int64_t> steps = folder_.steps();
  const std::size_t count = std::min(steps.size(), static_cast<std::size_t>(config_.train.average_last));
  for (std::size_t i = steps.size() - count; i < steps.size(); ++i) checkpoints.push_back(folder_.checkpoint(steps[i]));
  runs::average_checkpoints(folder_.average(), checkpoints, task_.parameters());
  if (!task_.has_validation()) return std::nullopt;
  return finite(task_.validate(/*with_output=*/true), "the validation loss of the averaged weights");
}

}  // namespace prenorm::training
