#include "prenorm/diagnosis/replay.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/read_checkpoint.h"
#include "prenorm/updates/next_update.h"
#include "prenorm/updates/updater.h"

namespace prenorm::diagnosis {
namespace {

PointStatistics& of_point(std::vector<PointStatistics>& points, std::string_view name) {
  const auto found = std::find_if(points.begin(), points.end(), [&](const auto& p) { return p.point == name; });
  return found != points.end() ? *found : points.emplace_back(PointStatistics{std::string(name)});
}

void see(PointStatistics& point, const at::Tensor& value) {
  const at::NoGradGuard no_grad;
  const at::Tensor finite = at::isfinite(value);
  const at::Tensor x = at::where(finite, value, at::zeros_like(value)).to(at::kDouble);
  const auto count = finite.sum().item<std::int64_t>();
  point.count += value.numel();
  point.not_finite += value.numel() - count;
  point.squares += x.square().sum().item<double>();
  if (value.numel() > 0) point.largest = std::max(point.largest, x.abs().max().item<double>());
}

runs::TrainerState start(const runs::RunFolder& folder, std::int64_t step, updates::Task& task,
                         optim::Optimizer& optimizer) {
  const auto steps_before = [&] {
    std::vector<std::int64_t> steps = folder.steps();
    std::erase_if(steps, [&](std::int64_t s) { return s >= step; });
    return steps;
  };
  runs::TrainerState state;
  state.data = task.data_key();
  if (steps_before().empty()) return state;
  const auto newest = [&] {
    const std::vector<std::int64_t> steps = steps_before();
    if (steps.empty()) throw_checkpoints_removed(folder, step);
    return folder.checkpoint(steps.back());
  };
  runs::TrainerState saved = runs::read_checkpoint(
      newest, [&](const auto& checkpoint) { return runs::load_checkpoint(checkpoint, task.parameters(), optimizer); });
  if (saved.data != state.data)
    throw_error<UsageError>("{}: the training text is no longer the one of the run; restore it",
                            folder.path().string());
  return saved;
}

// Makes updates until the next one is `step`.
void go_on_to(std::int64_t step, const Config& config, double guess_nats, updates::Updater& updater,
              runs::TrainerState& state) {
  while (state.step + 1 < step) {
    const updates::Update update = updater.compute(state);
    if (find_fault(update, state.history, config.train, guess_nats)) {
      if (config.train.on_fault == OnFault::kSkip) continue;
      throw_error<UsageError>(
          "update {} cannot be reached: the run {} at update {}; replay that one, or an update up to the checkpoint "
          "before it",
          step, config.train.on_fault == OnFault::kStop ? "stopped" : "rolled back to a checkpoint", update.step);
    }
    const bool measure = updater.measurement_due(state, update);
    std::vector<runs::TensorUpdate> tensors = updater.apply(update, measure);
    updater.record(state, update, std::move(tensors));
  }
}

}  // namespace

void throw_checkpoints_removed(const runs::RunFolder& folder, std::int64_t step) {
  throw_error<CheckpointError>(
      "{}: the run is still training and has removed its checkpoints before update {}; name a later update",
      folder.path().string(), step);
}

double PointStatistics::rms() const {
  return count > not_finite ? std::sqrt(squares / static_cast<double>(count - not_finite)) : 0;
}

double PointStatistics::share_not_finite() const {
  return count > 0 ? static_cast<double>(not_finite) / static_cast<double>(count) : 0;
}

void PointStatistics::add(const PointStatistics& other) {
  squares += other.squares;
  largest = std::max(largest, other.largest);
  count += other.count;
  not_finite += other.not_finite;
}

std::vector<PointStatistics> Replay::points() const {
  std::vector<PointStatistics> all;
  for (const ObservedBatch& b : batches)
    for (const PointStatistics& p : b.points) of_point(all, p.point).add(p);
  return all;
}

Replay replay(const Config& config, updates::Task& task, const runs::RunFolder& folder, std::int64_t step) {
  if (step < 1) throw_error<UsageError>("--step {}: updates count from 1", step);
  updates::Updater updater(config, task);
  runs::TrainerState state = start(folder, step, task, updater.optimizer());
  Replay result;
  result.from = state.step;
  go_on_to(step, config, task.guess_nats(), updater, state);
  result.batches.resize(
      static_cast<std::size_t>(updates::batches_of_next_update(config.batch, state) * updater.workers()));
  std::vector<nn::Observer> observers;
  for (ObservedBatch& b : result.batches)
    observers.emplace_back([&b](std::string_view point, const at::Tensor& value) {
      if (!nn::is_index_point(point)) see(of_point(b.points, point), value);
    });
  result.update = updater.compute(state, observers);
  for (std::int64_t i = 0; i < std::ssize(result.batches); ++i) {
    ObservedBatch& b = result.batches[static_cast<std::size_t>(i)];
    b.batch = result.update.batches[static_cast<std::size_t>(i / updater.workers())];
    b.origin = task.origin(b.batch.epoch, b.batch.batch);
    b.worker = i % updater.workers();
  }
  for (const nn::Parameter& p : task.parameters().trained()) result.parameters.push_back({p.name, p.value.dim() > 1});
  result.fault = find_fault(result.update, state.history, config.train, task.guess_nats());
  if (!result.fault) {
    result.tensors = updater.apply(result.update, /*measure=*/true);
  } else {
    examine(*result.fault, task);
  }
  return result;
}

}  // namespace prenorm::diagnosis
