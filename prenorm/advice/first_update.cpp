#include "prenorm/advice/first_update.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_vector_norm.h>

#include <algorithm>
#include <cmath>

#include "prenorm/nn/context.h"
#include "prenorm/optim/gradient_norm.h"
#include "prenorm/updates/updater.h"

namespace prenorm::advice {
namespace {

// Number of shares and tokens per share, spread over a large batch: means over tokens need no more. Sentences are
// ordered by length, so a single part would be biased.
constexpr std::int64_t kShares = 4, kTokensOfShare = 128;

// Sums over tokens of their states after a LayerNorm.
struct Direction {
  std::string point;
  at::Tensor sum;  // [d_model]
  double tokens = 0;

  double spread() const {
    const double shared = at::linalg_vector_norm(sum).item<double>() / tokens;
    return std::sqrt(std::max(0.0, 1 - shared * shared));
  }
};

at::Tensor normalized(const at::Tensor& states) {
  const at::Tensor x = states - states.mean(1, /*keepdim=*/true);
  return x / at::linalg_vector_norm(x, 2, 1, /*keepdim=*/true).clamp_min(1e-30);
}

// The output of a layer is the output of its last sublayer.
bool is_end_of_layer(std::string_view point) { return point.ends_with(".feed_forward.output"); }

void add(std::vector<Direction>& directions, std::string_view point, const at::Tensor& states) {
  const at::Tensor sum = normalized(states).sum(0, /*keepdim=*/false, at::kDouble);
  const auto found = std::find_if(directions.begin(), directions.end(), [&](auto& d) { return d.point == point; });
  Direction& direction = found != directions.end() ? *found : directions.emplace_back();
  if (direction.tokens == 0) {
    direction.point = point;
    direction.sum = sum;
  } else {
    direction.sum.add_(sum);
  }
  direction.tokens += static_cast<double>(states.size(0));
}

UpdatedModel look(updates::Task& task, std::int64_t epoch, std::int64_t batch) {
  const at::NoGradGuard no_grad;
  std::vector<Direction> directions;
  const nn::Observer observer = [&](std::string_view point, const at::Tensor& states) {
    if (is_end_of_layer(point)) add(directions, point, states);
  };
  const nn::Context context{.observer = &observer};
  double nats = 0, tokens = 0;
  const updates::LoadedBatch loaded = task.load(epoch, batch, {.tokens = kTokensOfShare});
  const std::int64_t shares = loaded.shares(), looks = std::min(shares, kShares);
  for (std::int64_t i = 0; i < looks; ++i) {
    const updates::BatchLoss loss = loaded.loss(i * shares / looks, 0, context);
    nats += loss.loss_sum.item<double>();
    tokens += static_cast<double>(loss.target_tokens);
  }
  UpdatedModel model{0, nats / tokens, {}};
  for (const Direction& direction : directions) model.layers.push_back({direction.point, direction.spread()});
  return model;
}

}  // namespace

FirstUpdate::FirstUpdate(updates::Task& task, const Config& config) : task_(task) {
  updates::Updater updater(config, task);
  updates::Update update = updater.gradient({updates::MicroBatch{}});
  update.learning_rate = 1;
  task.advance(next_epoch_, next_batch_);
  const at::NoGradGuard no_grad;
  at::Tensor values = task.parameters().trained_values();
  values_ = values.clone();
  updater.apply(update, /*measure=*/false);
  step_ = values - values_;
  values.copy_(values_);
}

UpdatedModel FirstUpdate::at(double learning_rate) {
  const at::NoGradGuard no_grad;
  at::Tensor values = task_.parameters().trained_values();
  if (learning_rate != 0) values.add_(step_, learning_rate);
  UpdatedModel model = look(task_, next_epoch_, next_batch_);
  values.copy_(values_);
  model.learning_rate = learning_rate;
  return model;
}

double FirstUpdate::rate_of_relative_size(double update_over_weights) const {
  return update_over_weights * optim::l2_norm(values_) / optim::l2_norm(step_);
}

}  // namespace prenorm::advice
