#include "prenorm/training/run_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "prenorm/runs/results.h"
#include "prenorm/training/decisions.h"

namespace prenorm::training {
namespace {

// The noise scale of what is measured, for the progress line; empty without an estimate.
std::string noise_text(const noise::Tracker& tracker) {
  const noise::MeanMoments* whole = tracker.whole();
  const auto examples = whole != nullptr ? whole->scale().examples : std::nullopt;
  return examples ? fmt::format(" noise scale {:.3g}", *examples) : std::string();
}

}  // namespace

RunLog::RunLog(const Config& config, const runs::RunFolder& folder, const runs::TrainerState& state)
    : config_(config.train), batch_(config.batch), folder_(folder), metrics_(folder.metrics(), state.step) {
  if (config_.tensorboard) tensorboard_.emplace(folder.tensorboard(), state.step);
  const WayToTheEnd way = way_to_the_end(config_, state);
  progress_.emplace(config_.max_tokens > 0 ? "tokens" : "training", way.total).start_at(way.done);
}

void RunLog::rewind(std::int64_t step) {
  metrics_ = runs::MetricsLog(folder_.metrics(), step, /*keep_faults=*/true);
  if (tensorboard_) tensorboard_.emplace(folder_.tensorboard(), step);
}

void RunLog::sync() {
  metrics_.sync();
  if (tensorboard_) tensorboard_->sync();
}

// The number of tokens up to the last line: those in the state minus those since that line.
void RunLog::warn_of_lost_lines(const runs::TrainerState& state) const {
  const runs::UpdateLine& last = metrics_.kept();
  if (last.target_tokens >= state.target_tokens - state.window.target_tokens) return;
  warn(
      fmt::format("{}: lines are missing, as after a power cut: the last one is of update {}, and the run continues "
                  "from update {}; the model is not affected, but curves have a gap there",
                  metrics_.path().string(), last.step, state.step));
}

void RunLog::write(const runs::MetricsLine& line) {
  metrics_.write(line);
  if (tensorboard_) tensorboard_->write(line);
}

void RunLog::warn_of_no_noise_scale(const updates::Update& update) {
  if (warned_of_no_noise_scale_ || !update.example_squares || update.example_squares->examples > 1) return;
  warned_of_no_noise_scale_ = true;
  warn(
      fmt::format("update {}: has fewer than two examples, which say nothing about the noise of its gradient, so that "
                  "train.noise_scale leaves it out; larger batches, or batch.accumulate, have more",
                  update.step));
}

void RunLog::update(runs::TrainerState& state, const updates::Update& update) {
  runs::WindowSums& w = state.window;
  w.loss_nats += update.loss_nats;
  w.nll_nats += update.nll_nats;
  w.target_tokens += update.target_tokens;
  w.source_tokens += update.source_tokens;
  const auto tokens = static_cast<double>(std::max<std::int64_t>(w.target_tokens, 1));
  const double loss = w.loss_nats / tokens, speed = tokens / std::max(w.seconds, 1e-9);
  warn_of_no_noise_scale(update);
  if (progress_)
    progress_->update(way_to_the_end(config_, state).done,
                      fmt::format("epoch {} loss {:.3f} {:.0f} tokens/s{}", state.epoch + 1, loss, speed,
                                  noise_text(state.noise_scale)));
  if (state.step != 1 && state.step % config_.log_every != 0) return;
  write(runs::UpdateLine{.step = state.step,
                         .epoch = update.batches.front().epoch,
                         .loss = loss,
                         .nll = w.nll_nats / tokens,
                         .learning_rate = update.learning_rate,
                         .grad_norm = update.grad_norm,
                         .target_tokens = state.target_tokens,
                         .batches = batch_.ramp_from > 0 ? std::ssize(update.batches) : 0,
                         .tokens_per_second = speed,
                         .seconds = state.seconds});
  w = {};
  if (state.noise_scale.updates() > 0) write(runs::noise_scale_line(state.step, state.noise_scale));
}

// Gradients and states at initialisation distinguish Post-LN from Pre-LN. If training goes wrong, it shows in one layer
// first.
void RunLog::observation(std::int64_t step, const std::vector<nn::Parameter>& parameters,
                         const std::vector<runs::TensorUpdate>& tensors, const updates::PointRecorder& recorder) {
  runs::ObservationLine line{.step = step};
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    line.grad_norms.emplace_back(parameters[i].name, tensors[i].gradient);
    line.weight_norms.emplace_back(parameters[i].name, tensors[i].weight);
    line.update_ratios.emplace_back(parameters[i].name, tensors[i].ratio);
  }
  for (const updates::PointRecord& point : recorder.points()) {
    if (!point.squared_norms.empty()) line.rms.emplace_back(point.name, point.rms());
    if (point.same_sequence.pairs > 0) line.mean_cosines.emplace_back(point.name, point.same_sequence.mean());
  }
  write(line);
  if (tensorboard_) tensorboard_->write_weights(step, parameters);
}

void RunLog::validation(std::int64_t step, const runs::Validation& validation, bool best_so_far, bool at_end) {
  write(runs::ValidationLine{step, validation, best_so_far, at_end});
  inform(fmt::format("update {}: {}{}", step, runs::summary(validation), best_so_far ? " (best so far)" : ""));
}

void RunLog::fault(std::int64_t step, const updates::Fault& fault, updates::FaultAction action) {
  runs::FaultLine line{.step = step,
                       .update = fault.update.step,
                       .kind = std::string(enum_name(fault.kind)),
                       .what = fault.what,
                       .tensor = fault.bad.name,
                       .action = std::string(enum_name(action))};
  if (fault.has_batch())
    line.batch = {fault.bad.where.epoch, fault.bad.where.batch,      fault.origin,
                  fault.update.loss(),   fault.update.learning_rate, fault.update.grad_norm};
  write(line);
  sync();
}

}  // namespace prenorm::training
