#include "prenorm/training/fault.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace prenorm::training {
namespace {

std::string spike(std::string_view of, double value, double usual) {
  return fmt::format("the {}, {:.4g}, is {:.3g} times its median of late", of, value, value / usual);
}

}  // namespace

std::optional<Fault> find_fault(const Update& update, const UpdateHistory& history, const TrainConfig& config) {
  if (!std::isfinite(update.loss_nats)) return Fault{FaultKind::kLossNotFinite, update};
  if (!std::isfinite(update.grad_norm)) return Fault{FaultKind::kGradientNotFinite, update};
  if (update.loss() > kDivergedNats) return Fault{FaultKind::kLossTooLarge, update};
  if (config.spike_ratio == 0) return std::nullopt;
  const double loss = history.usual_loss(), norm = history.usual_grad_norm();
  if (loss > 0 && update.loss() > config.spike_ratio * loss)
    return Fault{FaultKind::kLossSpike, update, loss, spike("loss", update.loss(), loss)};
  if (norm > 0 && update.grad_norm > config.spike_ratio * norm)
    return Fault{FaultKind::kGradientSpike, update, norm, spike("gradient norm", update.grad_norm, norm)};
  return std::nullopt;
}

// Batches of one text differ in their mean loss by far less than a factor of 2. Where nothing is known of a batch, a
// loss ten times that of a guess among a million words is not fine.
bool ControlBatch::is_fine() const { return std::isfinite(loss) && loss < (expected > 0 ? 2 * expected : 140); }

void examine(Fault& fault, Task& task) {
  const bool finite = std::isfinite(fault.update.loss_nats) && std::isfinite(fault.update.grad_norm);
  // Of a loss that is a number, however large, the first activation past all sense is the reason.
  fault.bad = find_bad_tensor(task, fault.update.batches,
                              finite ? kLargestActivation : std::numeric_limits<double>::infinity());
  if (fault.what.empty()) fault.what = fault.bad.what;
  fault.origin = task.origin(fault.bad.where.epoch, fault.bad.where.batch);
}

ControlBatch control_batch(Task& task, const UpdateHistory& history, std::int64_t epoch, std::int64_t batch) {
  ControlBatch control{.epoch = epoch, .batch = batch};
  if (!history.updates().empty()) {
    const UpdateRecord& last = history.updates().back();
    control = {last.epoch, last.batch, 0, last.loss};
  }
  const at::NoGradGuard no_grad;
  std::int64_t tokens = 0;
  const std::int64_t shares = task.load(control.epoch, control.batch, {});
  for (std::int64_t share = 0; share < shares; ++share) {
    const BatchLoss loss = task.loss(share, 0, nn::Context{});
    control.loss += loss.loss_sum.item<double>();
    tokens += loss.target_tokens;
  }
  control.loss /= static_cast<double>(tokens);
  return control;
}

bool before_the_update(FaultKind kind) { return kind <= FaultKind::kGradientSpike; }

}  // namespace prenorm::training
