#include "prenorm/training/trainer.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/isfinite.h>

#include <chrono>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/base/file.h"
#include "prenorm/optim/schedule.h"
#include "prenorm/training/stop_signal.h"

namespace prenorm::training {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

bool all_finite(const at::Tensor& x) { return at::isfinite(x).all().item<bool>(); }

bool due(std::int64_t step, std::int64_t every) { return step > 0 && step % every == 0; }

nlohmann::ordered_json validation_json(const Validation& v) {
  nlohmann::ordered_json json{{"loss_nats_per_token", v.loss_nats_per_token},
                              {"nll_nats_per_token", v.nll_nats_per_token}};
  if (!v.bleu) return json;
  json["bleu"] = *v.bleu;
  json["bleu_signature"] = v.bleu_signature;
  for (const Sample& s : v.samples)
    json["samples"].push_back({{"source", s.source}, {"reference", s.reference}, {"output", s.output}});
  return json;
}

std::string_view name(StopReason reason) {
  switch (reason) {
    case StopReason::kMaxSteps: return "train.max_steps";
    case StopReason::kMaxEpochs: return "train.max_epochs";
    case StopReason::kPatience: return "train.patience";
    case StopReason::kSignal: return "signal";
  }
  return "";
}

}  // namespace

Trainer::Trainer(const Config& config, Task& task, RunFolder folder)
    : config_(config),
      task_(task),
      folder_(std::move(folder)),
      optimizer_(config.optim, task.parameters().values(), task.parameters().gradients()) {}

void Trainer::resume() {
  state_ = load_checkpoint(folder_.find_checkpoint("last"), task_.parameters(), optimizer_);
  saved_step_ = state_.step;
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

void Trainer::step() {
  const auto start = Clock::now();
  Update update = accumulate_gradients();
  const double scale = 1.0 / static_cast<double>(update.target_tokens);
  update.grad_norm = optim::l2_norm(task_.parameters().gradients()) * scale;
  check_finite(update);
  const double limit = config_.optim.clip_norm;
  const double clip = limit > 0 && update.grad_norm > limit ? limit / update.grad_norm : 1.0;
  ++state_.step;
  update.learning_rate =
      optim::learning_rate(config_.schedule, config_.optim.lr, config_.train.max_steps, state_.step);
  if (state_.step == 1) log_parameter_norms(update);
  optimizer_.step(update.learning_rate, scale * clip);
  const double seconds = seconds_since(start);
  state_.seconds += seconds;
  state_.target_tokens += update.target_tokens;
  state_.window.seconds += seconds;
  log_update(update);
}

// The gradients of several batches are summed and divided once by the number of all their target tokens, so that many
// small batches count exactly as one large one.
Trainer::Update Trainer::accumulate_gradients() {
  task_.parameters().gradients().zero_();
  Update update;
  update.first_epoch = state_.epoch;
  update.first_batch = state_.batch;
  for (std::int64_t i = 0; i < config_.batch.accumulate; ++i) {
    const BatchLoss batch = task_.loss(state_.epoch, state_.batch, context(i));
    batch.loss_sum.backward();
    update.loss_nats += batch.loss_sum.item<double>();
    update.nll_nats += batch.nll_sum;
    update.target_tokens += batch.target_tokens;
    update.source_tokens += batch.source_tokens;
    if (++state_.batch == task_.batches_in_epoch(state_.epoch)) {
      ++state_.epoch;
      state_.batch = 0;
    }
  }
  return update;
}

void Trainer::check_finite(const Update& update) {
  if (!std::isfinite(update.loss_nats) || !std::isfinite(update.grad_norm)) explain_non_finite(update);
}

// Runs the batch again with an observer to find the first tensor, in the order of computation, that is not finite.
void Trainer::explain_non_finite(const Update& update) {
  std::string first;
  for (const nn::Parameter& p : task_.parameters().list())
    if (first.empty() && !all_finite(p.value)) first = "weight " + p.name;
  const nn::Observer observer = [&first](std::string_view point, const at::Tensor& value) {
    if (first.empty() && !all_finite(value)) first = fmt::format("activation {}", point);
  };
  nn::Context again = context(0);
  again.observer = &observer;
  if (first.empty()) task_.loss(update.first_epoch, update.first_batch, again);
  if (first.empty() && !std::isfinite(update.loss_nats)) first = "the loss";
  // The backward pass goes from the last parameter to the first.
  const auto& list = task_.parameters().list();
  for (auto p = list.rbegin(); first.empty() && p != list.rend(); ++p)
    if (!all_finite(p->value.grad())) first = "gradient of " + p->name;
  if (first.empty()) first = "the gradient norm (its square overflows)";
  const std::string kept = saved_step_ >= 0 ? fmt::format("the checkpoint of update {} is the last good one", saved_step_)
                                            : std::string("no checkpoint had been written yet");
  throw_error<NumericsError>(
      "update {}: {} is not finite (loss {:.4g} nats per target token, learning rate {:.4g}, batch {} of epoch {}: {}); "
      "the update was not made and {}; lower optim.lr, or set schedule.warmup_steps or optim.clip_norm",
      state_.step + 1, first, update.loss_nats / static_cast<double>(update.target_tokens),
      optim::learning_rate(config_.schedule, config_.optim.lr, config_.train.max_steps, state_.step + 1),
      update.first_batch, update.first_epoch, task_.origin(update.first_epoch, update.first_batch), kept);
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
               {"epoch", update.first_epoch},
               {"loss_nats_per_token", loss},
               {"nll_nats_per_token", w.nll_nats / tokens},
               {"learning_rate", update.learning_rate},
               {"grad_norm_l2_preclip", update.grad_norm},
               {"target_tokens", state_.target_tokens},
               {"target_tokens_per_second", speed},
               {"seconds", state_.seconds}});
  w = {};
}

// The gradient at initialisation is what tells Post-LN from Pre-LN: it is kept, parameter by parameter.
void Trainer::log_parameter_norms(const Update& update) {
  nlohmann::ordered_json norms;
  for (const nn::Parameter& p : task_.parameters().list())
    norms[p.name] = optim::l2_norm(p.value.grad()) / static_cast<double>(update.target_tokens);
  log_->write({{"type", "gradient"}, {"step", state_.step}, {"grad_norm_l2_by_parameter", norms}});
}

void Trainer::validate_if_due() {
  const TrainConfig& t = config_.train;
  const bool at_end = stop_reason().has_value() && StopSignal::received() == 0;
  if (!task_.has_validation() || (!at_end && !due(state_.step, t.valid_every))) return;
  const bool bleu_due = t.bleu_every > 0 && state_.step / t.bleu_every > (state_.step - t.valid_every) / t.bleu_every;
  last_validation_ = task_.validate(at_end || bleu_due || t.best_metric == BestMetric::kBleu);
  validated_step_ = state_.step;
  save_best_ = improves(*last_validation_);
  nlohmann::ordered_json line{{"type", "validation"}, {"step", state_.step}};
  line.update(validation_json(*last_validation_));
  line["best_so_far"] = save_best_;
  log_->write(line);
  inform(fmt::format("update {}: validation loss {:.4f} nats per token{}{}", state_.step,
                     last_validation_->loss_nats_per_token,
                     last_validation_->bleu ? fmt::format(", BLEU {:.2f}", *last_validation_->bleu) : "",
                     save_best_ ? " (best so far)" : ""));
}

bool Trainer::improves(const Validation& validation) {
  const bool by_bleu = config_.train.best_metric == BestMetric::kBleu;
  const double value = by_bleu ? validation.bleu.value_or(0) : validation.loss_nats_per_token;
  const bool better =
      state_.best_step == 0 || (by_bleu ? value > state_.best_value : value < state_.best_value);
  if (better) {
    state_.best_value = value;
    state_.best_step = state_.step;
  }
  state_.validations_without_improvement = better ? 0 : state_.validations_without_improvement + 1;
  return better;
}

void Trainer::checkpoint_if_due() {
  const bool stopping = stop_reason().has_value();
  if (save_best_ || stopping || due(state_.step, config_.train.checkpoint_every)) save();
}

void Trainer::save() {
  if (saved_step_ != state_.step) save_checkpoint(folder_.checkpoint(state_.step), task_.parameters(), optimizer_, state_);
  saved_step_ = state_.step;
  const auto target = [&](std::int64_t step) { return std::filesystem::path("checkpoints") / folder_.checkpoint(step).filename(); };
  replace_link(folder_.last(), target(state_.step));
  if (save_best_) replace_link(folder_.best(), target(state_.step));
  save_best_ = false;
  std::vector<std::int64_t> steps = folder_.steps();
  const auto keep = static_cast<std::size_t>(config_.train.keep_last);
  for (std::size_t i = 0; i + keep < steps.size(); ++i)
    if (steps[i] != state_.best_step) std::filesystem::remove_all(folder_.checkpoint(steps[i]));
}

TrainingResult Trainer::finish(StopReason reason) {
  if (saved_step_ != state_.step) save();
  TrainingResult result{reason, state_, std::nullopt, std::nullopt};
  if (reason == StopReason::kSignal) return result;
  nlohmann::ordered_json json{{"stopped_by", name(reason)},
                              {"updates", state_.step},
                              {"epochs", state_.epoch},
                              {"target_tokens", state_.target_tokens},
                              {"training_seconds", state_.seconds}};
  if (task_.has_validation()) {
    if (validated_step_ != state_.step || !last_validation_->bleu) last_validation_ = task_.validate(true);
    result.last_validation = last_validation_;
    json["last"] = validation_json(*result.last_validation);
    json["best_step"] = state_.best_step;
  }
  if (config_.train.average_last > 0) {
    std::vector<std::filesystem::path> checkpoints;
    const std::vector<std::int64_t> steps = folder_.steps();
    const std::size_t count = std::min(steps.size(), static_cast<std::size_t>(config_.train.average_last));
    for (std::size_t i = steps.size() - count; i < steps.size(); ++i) checkpoints.push_back(folder_.checkpoint(steps[i]));
    average_checkpoints(folder_.average(), checkpoints, task_.parameters());
    if (task_.has_validation()) {
      result.average_validation = task_.validate(true);
      json["average"] = validation_json(*result.average_validation);
    }
  }
  write_file_atomically(folder_.results(), json.dump(2) + "\n");
  return result;
}

}  // namespace prenorm::training
