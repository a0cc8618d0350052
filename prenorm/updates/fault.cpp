#include "prenorm/updates/fault.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace prenorm::updates {
namespace {

std::string spike(std::string_view of, double value, double usual) {
  return fmt::format("the {}, {:.4g}, is {:.3g} times its median of late", of, value, value / usual);
}

}  // namespace

std::optional<Fault> find_fault(const Update& update, const runs::UpdateHistory& history, const TrainConfig& config,
                                double guess_nats) {
  if (!std::isfinite(update.loss_nats)) return Fault{FaultKind::kLossNotFinite, update};
  if (!std::isfinite(update.grad_norm)) return Fault{FaultKind::kGradientNotFinite, update};
  if (guess_nats > 0 && update.loss() > kTimesAGuess * guess_nats) return Fault{FaultKind::kLossTooLarge, update};
  if (config.spike_ratio == 0) return std::nullopt;
  const double loss = history.usual_loss(), norm = history.usual_grad_norm();
  if (loss > 0 && update.loss() > config.spike_ratio * loss)
    return Fault{FaultKind::kLossSpike, update, loss, spike("loss", update.loss(), loss)};
  if (norm > 0 && update.grad_norm > config.spike_ratio * norm)
    return Fault{FaultKind::kGradientSpike, update, norm, spike("gradient norm", update.grad_norm, norm)};
  return std::nullopt;
}

// The mean losses of batches of one text differ by far less than a factor of 2. Independently of the expected loss, ten
// times the loss of a guess is not fine.
bool ControlBatch::is_fine() const {
  return std::isfinite(loss) && (expected == 0 || loss < 2 * expected) && (guess == 0 || loss < 10 * guess);
}

void examine(Fault& fault, Task& task) {
  if (!fault.has_batch()) {
    if (const std::string weight = first_non_finite_weight(task.parameters()); !weight.empty())
      fault.bad = weight_not_finite(weight);
  } else {
    const bool finite = std::isfinite(fault.update.loss_nats) && std::isfinite(fault.update.grad_norm);
    // If the loss is a number, however large, the cause is the first activation beyond kLargestActivation.
    fault.bad = find_bad_tensor(task, fault.update.batches,
                                finite ? kLargestActivation : std::numeric_limits<double>::infinity());
    fault.origin = task.origin(fault.bad.where.epoch, fault.bad.where.batch);
  }
  if (fault.what.empty()) fault.what = fault.bad.what;
}

ControlBatch control_batch(Task& task, const runs::UpdateHistory& history, std::int64_t epoch, std::int64_t batch) {
  ControlBatch control{.epoch = epoch, .batch = batch, .guess = task.guess_nats()};
  if (!history.updates().empty()) {
    const runs::UpdateRecord& last = history.updates().back();
    control.epoch = last.epoch;
    control.batch = last.batch;
    control.expected = last.loss;
  }
  const at::NoGradGuard no_grad;
  std::int64_t tokens = 0;
  const LoadedBatch loaded = task.load(control.epoch, control.batch, {});
  for (std::int64_t share = 0; share < loaded.shares(); ++share) {
    const BatchLoss loss = loaded.loss(share, 0, nn::Context{});
    control.loss += loss.loss_sum.item<double>();
    tokens += loss.target_tokens;
  }
  control.loss = tokens > 0 ? control.loss / static_cast<double>(tokens) : std::numeric_limits<double>::quiet_NaN();
  return control;
}

bool before_the_update(FaultKind kind) {
  switch (kind) {
    case FaultKind::kLossNotFinite:
    case FaultKind::kGradientNotFinite:
    case FaultKind::kLossTooLarge:
    case FaultKind::kLossSpike:
    case FaultKind::kGradientSpike: return true;
    case FaultKind::kLossRatio:
    case FaultKind::kWeightNotFinite:
    case FaultKind::kValidationNotFinite: return false;
  }
  return false;
}

}  // namespace prenorm::updates
