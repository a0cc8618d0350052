#include "prenorm/updates/updater.h"

#include "prenorm/optim/gradient_norm.h"
#include "prenorm/updates/batch_moments.h"
#include "prenorm/updates/next_update.h"

namespace prenorm::updates {

Updater::Updater(const Config& config, Task& task)
    : config_(config),
      task_(task),
      workers_(task, config.runtime),
      optimizer_(config.optim, task.parameters().trained_values(), task.parameters().gradients()) {
  for (const nn::Parameter& p : task.parameters().trained())
    ends_.push_back((ends_.empty() ? 0 : ends_.back()) + p.value.numel());
}

Update Updater::compute(runs::TrainerState& state, std::span<const nn::Observer> observers) {
  std::vector<MicroBatch> batches;
  const std::int64_t count = batches_of_next_update(config_.batch, state);
  for (std::int64_t i = 0; i < count; ++i) {
    const nn::Context context{.training = true,
                              .key = mix_key({static_cast<std::uint64_t>(config_.train.seed),
                                              static_cast<std::uint64_t>(state.step), static_cast<std::uint64_t>(i)}),
                              .observe_sequences = !observers.empty()};
    batches.push_back({state.epoch, state.batch, context});
    task_.advance(state.epoch, state.batch);
  }
  Update update = gradient(std::move(batches), observers, config_.train.noise_scale);
  update.step = state.step + 1;
  update.learning_rate = rate_of_next_update(config_, state, update.target_tokens, update.batches.front().epoch);
  return update;
}

// Sums the gradients of several batches and divides once by the total number of target tokens, so that many small
// batches are equivalent to one large one.
Update Updater::gradient(std::vector<MicroBatch> batches, std::span<const nn::Observer> observers,
                         NoiseScale measured) {
  workers_.clear(measured);
  Update update;
  for (const MicroBatch& batch : batches) {
    update += workers_.add_gradients(batch.epoch, batch.batch, batch.context, observers);
    if (std::ssize(observers) > workers()) observers = observers.subspan(static_cast<std::size_t>(workers()));
  }
  update.batches = std::move(batches);
  update.grad_norm = workers_.sum_and_norm() * update.scale();
  update.example_squares = workers_.example_squares(update);
  return update;
}

// Measuring costs a third to two thirds of the optimizer's pass. It is done for the first updates, for every eighth one
// after that, and for those with an unusual gradient.
bool Updater::measurement_due(const runs::TrainerState& state, const Update& update) const {
  constexpr std::int64_t kEvery = 8;
  constexpr double kUnusual = 3;
  if (config_.train.history == 0) return false;
  const double usual = state.history.usual_grad_norm();
  return update.step <= kEvery || update.step % kEvery == 0 || (usual > 0 && update.grad_norm > kUnusual * usual);
}

std::vector<runs::TensorUpdate> Updater::apply(const Update& update, bool measure) {
  const double clip = optim::clip_factor(update.grad_norm, config_.optim.clip_norm);
  std::vector<runs::TensorUpdate> tensors;
  if (!measure) {
    optimizer_.step(update.learning_rate, update.scale() * clip);
    return tensors;
  }
  for (const optim::UpdateNorms& n : optimizer_.step_with_norms(update.learning_rate, update.scale() * clip, ends_))
    tensors.push_back({n.gradient * update.scale(), n.weight, n.weight > 0 ? n.change / n.weight : 0.0});
  return tensors;
}

void Updater::record(runs::TrainerState& state, const Update& update, std::vector<runs::TensorUpdate> tensors) const {
  state.step = update.step;
  state.target_tokens += update.target_tokens;
  state.batches += std::ssize(update.batches);
  if (config_.optim.lr > 0) state.rate_sum += update.learning_rate / config_.optim.lr;
  if (state.step >= state.past_faults) state.faults_in_a_row = 0;
  if (state.step == 1) state.first_loss = update.loss();
  auto& losses = state.recent_losses;
  losses.push_back(update.loss());
  if (std::ssize(losses) > runs::kLossesToJudge) losses.erase(losses.begin(), losses.end() - runs::kLossesToJudge);
  if (update.example_squares)
    state.noise_scale.add(config_.train.noise_scale,
                          batch_moments(*update.example_squares, task_.parameters().trained()),
                          config_.train.noise_scale_smoothing);
  const MicroBatch& first = update.batches.front();
  state.history.add({update.step, first.epoch, first.batch, std::ssize(update.batches), update.learning_rate,
                     update.loss(), update.nll(), update.grad_norm, std::move(tensors)},
                    config_.train.history);
}

}  // namespace prenorm::updates
