#include "prenorm/training/trainer.h"

#include <ATen/TensorOperators.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "prenorm/optim/gradient_norm.h"
#include "prenorm/optim/schedule.h"
#include "prenorm/training/stop_signal.h"

namespace prenorm::training {
namespace {

// A guess among a million words costs 14 nats; a loss a hundred times as large is no training any more, though it may
// stay a number for long.
constexpr double kDivergedNats = 1000;
constexpr double kLargestActivation = 1e4;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

bool due(std::int64_t step, std::int64_t every) { return step > 0 && step % every == 0; }

}  // namespace

Trainer::Trainer(const Config& config, Task& task, RunFolder folder)
    : config_(config),
      task_(task),
      folder_(std::move(folder)),
      workers_(task, config.runtime),
      optimizer_(config.optim, task.parameters().values(), task.parameters().gradients()) {
  state_.data = task.data_key();
}

// Links and the removal of old checkpoints may lag behind a checkpoint after which the process was killed; the
// checkpoint itself is whole.
bool Trainer::resume() {
  const std::vector<std::int64_t> steps = folder_.steps();
  if (!steps.empty()) {
    const std::filesystem::path newest = folder_.checkpoint(steps.back());
    TrainerState state = load_checkpoint(newest, task_.parameters(), optimizer_);
    if (state.data != state_.data)
      throw_error<UsageError>(
          "{}: the training text is no longer the one that the run was started with; bring that "
          "back, or start another run with --run",
          folder_.path().string());
    state_ = std::move(state);
    saved_step_ = state_.step;
    folder_.link_last(state_.step);
    folder_.link_best(state_.best_step);
    folder_.remove_old_checkpoints(state_.step, state_.best_step, config_.train.keep_last);
  }
  folder_.remove_leftovers();
  return !steps.empty();
}

std::optional<StopReason> Trainer::stop_reason() const {
  if (StopSignal::received() != 0) return StopReason::kSignal;
  if (state_.step >= config_.train.max_steps) return StopReason::kMaxSteps;
  if (config_.train.max_epochs > 0 && state_.epoch >= config_.train.max_epochs) return StopReason::kMaxEpochs;
  if (config_.train.patience > 0 && state_.validations_without_improvement >= config_.train.patience)
    return StopReason::kPatience;
  return std::nullopt;
}

TrainingResult Trainer::run() {
  const StopSignal signals;
  log_.emplace(folder_.metrics(), state_.step);
  std::optional<StopReason> reason;
  if (!stop_reason()) {
    // Of an earlier end of a run that goes on.
    std::filesystem::remove(folder_.results());
    RunFolder::remove_checkpoint(folder_.average());
  }
  {
    Progress progress("training", config_.train.max_steps);
    progress.start_at(state_.step);
    progress_ = &progress;
    while (!(reason = stop_reason())) {
      step();
      validate_if_due();
      checkpoint_if_due();
    }
    progress_ = nullptr;
  }
  return finish(*reason);
}

nn::Context Trainer::context(std::int64_t micro_batch) const {
  const auto seed = static_cast<std::uint64_t>(config_.train.seed);
  return {.training = true,
          .key = mix_key({seed, static_cast<std::uint64_t>(state_.step), static_cast<std::uint64_t>(micro_batch)})};
}

// `epoch` counts from 0, as batches do.
double Trainer::learning_rate(std::int64_t step, std::int64_t epoch) const {
  return optim::learning_rate(config_.schedule, config_.optim.lr, config_.train.max_steps, step, epoch + 1);
}

void Trainer::step() {
  const auto start = Clock::now();
  std::optional<PointRecorder> recorder;
  if (observation_due()) recorder.emplace(workers_.count());
  Update update = accumulate_gradients(recorder ? recorder->observers() : std::span<const nn::Observer>());
  const double scale = 1.0 / static_cast<double>(update.target_tokens);
  update.grad_norm = workers_.sum_and_norm() * scale;
  if (!std::isfinite(update.loss_nats) || !std::isfinite(update.grad_norm) || update.loss_nats * scale > kDivergedNats)
    explain_divergence(update);
  const double clip = optim::clip_factor(update.grad_norm, config_.optim.clip_norm);
  ++state_.step;
  update.learning_rate = learning_rate(state_.step, update.batches.front().epoch);
  if (recorder) log_observation(update, *recorder);
  optimizer_.step(update.learning_rate, scale * clip);
  const double seconds = seconds_since(start);
  state_.seconds += seconds;
  state_.target_tokens += update.target_tokens;
  state_.window.seconds += seconds;
  log_update(update);
}

// The gradients of several batches are summed and divided once by the number of all their target tokens, so that many
// small batches count exactly as one large one.
Trainer::Update Trainer::accumulate_gradients(std::span<const nn::Observer> observers) {
  workers_.clear();
  Update update;
  for (std::int64_t i = 0; i < config_.batch.accumulate; ++i) {
    const MicroBatch& at = update.batches.emplace_back(MicroBatch{state_.epoch, state_.batch, context(i)});
    update += workers_.add_gradients(at.epoch, at.batch, at.context, observers);
    task_.advance(state_.epoch, state_.batch);
  }
  return update;
}

std::string Trainer::last_good_checkpoint() const {
  return saved_step_ >= 0 ? fmt::format("the checkpoint of update {} is the last good one", saved_step_)
                          : std::string("no checkpoint had been written yet");
}

void Trainer::explain_divergence(const Update& update) {
  // Of a loss that is a number, however large, the first activation past all sense is the reason.
  const double largest = std::isfinite(update.loss_nats) && std::isfinite(update.grad_norm)
                             ? kLargestActivation
                             : std::numeric_limits<double>::infinity();
  const BadTensor found = find_bad_tensor(task_, update.batches, largest);
  throw_error<NumericsError>(
      "update {}: training has diverged: {} (loss {:.4g} nats per target token, learning rate {:.4g}, batch {} of "
      "epoch {}: {}); the update was not made and {}; lower optim.lr, or set schedule.warmup_steps or optim.clip_norm",
      state_.step + 1, found.what, update.loss_nats / static_cast<double>(update.target_tokens),
      learning_rate(state_.step + 1, update.batches.front().epoch), found.where.batch, found.where.epoch,
      task_.origin(found.where.epoch, found.where.batch), last_good_checkpoint());
}

void Trainer::check_loss_ratio(double loss_nats_per_token) {
  if (state_.step == 1) state_.first_loss = loss_nats_per_token;
  const double ratio = config_.train.diverged_loss_ratio;
  if (ratio == 0 || state_.first_loss == 0 || loss_nats_per_token <= ratio * state_.first_loss) return;
  throw_error<NumericsError>(
      "update {}: training has diverged: the loss since the last line of the log, {:.4g} nats per target token, is "
      "over "
      "{:g} times that of update 1, {:.4g} (train.diverged_loss_ratio); {}; lower optim.lr, or set "
      "schedule.warmup_steps or optim.clip_norm",
      state_.step, loss_nats_per_token, ratio, state_.first_loss, last_good_checkpoint());
}

// An update of finite gradients can still carry a weight past the largest number.
void Trainer::check_weights() const {
  if (const std::string weight = first_non_finite_weight(task_.parameters()); !weight.empty())
    throw_error<NumericsError>(
        "update {}: {} is not finite any more; {}; lower optim.lr, or set schedule.warmup_steps "
        "or optim.clip_norm",
        state_.step, weight, last_good_checkpoint());
}

void Trainer::log_update(const Update& update) {
  WindowSums& w = state_.window;
  w.loss_nats += update.loss_nats;
  w.nll_nats += update.nll_nats;
  w.target_tokens += update.target_tokens;
  w.source_tokens += update.source_tokens;
  const auto tokens = static_cast<double>(w.target_tokens);
  const double loss = w.loss_nats / tokens, speed = tokens / std::max(w.seconds, 1e-9);
  if (progress_ != nullptr)
    progress_->update(state_.step, fmt::format("epoch {} loss {:.3f} {:.0f} tokens/s", state_.epoch + 1, loss, speed));
  if (state_.step != 1 && !due(state_.step, config_.train.log_every)) return;
  log_->write({{"type", "update"},
               {"step", state_.step},
               {"epoch", update.batches.front().epoch},
               {"loss_nats_per_token", loss},
               {"nll_nats_per_token", w.nll_nats / tokens},
               {"learning_rate", update.learning_rate},
               {"grad_norm_l2_preclip", update.grad_norm},
               {"target_tokens", state_.target_tokens},
               {"target_tokens_per_second", speed},
               {"seconds", state_.seconds}});
  w = {};
  check_loss_ratio(loss);
}

bool Trainer::observation_due() const {
  const std::int64_t every = config_.train.observe_every, next = state_.step + 1;
  return every > 0 && (next == 1 || due(next, every));
}

// Gradients and states at initialisation are what tells Post-LN from Pre-LN, and where a run goes wrong shows in a
// layer first. Gradients are of the mean loss of the batch, before clipping.
void Trainer::log_observation(const Update& update, const PointRecorder& recorder) {
  nlohmann::ordered_json norms, sizes;
  for (const nn::Parameter& p : task_.parameters().list())
    norms[p.name] = optim::l2_norm(p.value.grad()) / static_cast<double>(update.target_tokens);
  for (const PointRecord& point : recorder.points()) sizes[point.name] = point.rms();
  log_->write(
      {{"type", "observation"}, {"step", state_.step}, {"grad_norm_l2_by_parameter", norms}, {"rms_by_point", sizes}});
}

// Rounded up to a validation.
bool Trainer::bleu_due() const {
  const TrainConfig& t = config_.train;
  if (t.best_metric == BestMetric::kBleu) return true;
  return t.bleu_every > 0 && state_.step / t.bleu_every > (state_.step - t.valid_every) / t.bleu_every;
}

Validation Trainer::validate(bool with_output) {
  Validation validation = task_.validate(with_output);
  if (!std::isfinite(validation.loss_nats_per_token))
    throw_error<NumericsError>(
        "update {}: the validation loss is not finite; {}; lower optim.lr, or set "
        "schedule.warmup_steps or optim.clip_norm",
        state_.step, last_good_checkpoint());
  return validation;
}

void Trainer::validate_if_due() {
  if (!task_.has_validation() || !due(state_.step, config_.train.valid_every)) return;
  last_validation_ = validate(bleu_due());
  validated_step_ = state_.step;
  save_best_ = improves(*last_validation_, state_);
  log_validation(*last_validation_, save_best_, /*at_end=*/false);
}

bool Trainer::improves(const Validation& validation, TrainerState& state) const {
  const bool by_bleu = config_.train.best_metric == BestMetric::kBleu;
  const double value = by_bleu ? validation.bleu.value_or(0) : validation.loss_nats_per_token;
  const bool better = state.best_step == 0 || (by_bleu ? value > state.best_value : value < state.best_value);
  if (better) {
    state.best_value = value;
    state.best_step = state.step;
  }
  state.validations_without_improvement = better ? 0 : state.validations_without_improvement + 1;
  return better;
}

void Trainer::log_validation(const Validation& validation, bool best_so_far, bool at_end) {
  nlohmann::ordered_json line{{"type", "validation"}, {"step", state_.step}};
  line.update(to_json(validation));
  line["best_so_far"] = best_so_far;
  if (at_end) line["at_end"] = true;
  log_->write(line);
  inform(fmt::format(
      "update {}: validation loss {:.4f} nats per token{}{}", state_.step, validation.loss_nats_per_token,
      validation.bleu ? fmt::format(", BLEU {:.2f}", *validation.bleu) : "", best_so_far ? " (best so far)" : ""));
}

void Trainer::checkpoint_if_due() {
  const bool scheduled = save_best_ || due(state_.step, config_.train.checkpoint_every);
  if (!scheduled && !stop_reason()) return;
  state_.on_schedule = scheduled;
  save();
}

void Trainer::save() {
  check_weights();
  save_checkpoint(folder_.checkpoint(state_.step), task_.parameters(), optimizer_, state_);
  saved_step_ = state_.step;
  folder_.link_last(state_.step);
  if (save_best_) folder_.link_best(state_.step);
  save_best_ = false;
  folder_.remove_old_checkpoints(state_.step, state_.best_step, config_.train.keep_last);
}

TrainingResult Trainer::finish(StopReason reason) {
  if (saved_step_ != state_.step) {
    state_.on_schedule = false;
    save();
  }
  TrainingResult result{reason, state_, std::nullopt, std::nullopt, {}};
  if (reason == StopReason::kSignal) return result;
  if (task_.has_validation()) result.last_validation = validate_at_end(result.state);
  if (config_.train.average_last > 0) result.average_validation = average();
  write_results(folder_.results(), result);
  return result;
}

// The last weights are always translated and scored, and may be the best. None of it is in the checkpoint, and the line
// says "at_end": a run that goes on is then the run that never ended here.
Validation Trainer::validate_at_end(TrainerState& state) {
  const bool scheduled = due(state_.step, config_.train.valid_every);
  const bool known = validated_step_ == state_.step && last_validation_->bleu;
  const Validation validation = known ? *last_validation_ : validate(/*with_output=*/true);
  const bool best = !scheduled && improves(validation, state);
  if (best) folder_.link_best(state_.step);
  if (!scheduled || !bleu_due()) log_validation(validation, state.best_step == state_.step, /*at_end=*/true);
  return validation;
}

std::optional<Validation> Trainer::average() {
  std::vector<std::filesystem::path> checkpoints;
  const std::vector<std::int64_t> steps = folder_.steps();
  const std::size_t count = std::min(steps.size(), static_cast<std::size_t>(config_.train.average_last));
  for (std::size_t i = steps.size() - count; i < steps.size(); ++i) checkpoints.push_back(folder_.checkpoint(steps[i]));
  average_checkpoints(folder_.average(), checkpoints, task_.parameters());
  return task_.has_validation() ? std::optional(validate(/*with_output=*/true)) : std::nullopt;
}

}  // namespace prenorm::training
