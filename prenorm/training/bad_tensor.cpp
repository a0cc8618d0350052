#include "prenorm/training/bad_tensor.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/isfinite.h>
#include <fmt/format.h>

namespace prenorm::training {
namespace {

// What is wrong with a tensor, empty where nothing is.
std::string fault(const at::Tensor& x, double largest) {
  if (!all_finite(x)) return "is not finite";
  const double magnitude = x.numel() > 0 ? x.abs().max().item<double>() : 0;
  return magnitude > largest ? fmt::format("reaches {:.2g}", magnitude) : std::string();
}

// Empty where everything of the batch, and the gradient summed so far, is in range.
std::string find_in_batch(Task& task, const MicroBatch& batch, double largest) {
  std::string first;
  const nn::Observer observer = [&first, largest](std::string_view point, const at::Tensor& value) {
    if (!first.empty()) return;
    if (const std::string wrong = fault(value, largest); !wrong.empty())
      first = fmt::format("activation {} {}", point, wrong);
  };
  nn::Context context = batch.context;
  context.observer = &observer;
  const std::int64_t shares = task.load(batch.epoch, batch.batch, {});
  for (std::int64_t share = 0; share < shares; ++share) {
    const BatchLoss loss = task.loss(share, 0, context);
    if (first.empty() && !all_finite(loss.loss_sum)) first = "the loss is not finite";
    if (!first.empty()) return first;
    loss.loss_sum.backward();
  }
  // The backward pass goes from the last parameter to the first.
  const auto& list = task.parameters().list();
  for (auto p = list.rbegin(); p != list.rend(); ++p)
    if (!all_finite(p->value.grad())) return fmt::format("gradient of {} is not finite", p->name);
  return {};
}

}  // namespace

bool all_finite(const at::Tensor& x) { return at::isfinite(x).all().item<bool>(); }

std::string first_non_finite_weight(const nn::Parameters& parameters) {
  if (all_finite(parameters.values())) return {};
  for (const nn::Parameter& p : parameters.list())
    if (!all_finite(p.value)) return "weight " + p.name;
  return {};
}

BadTensor find_bad_tensor(Task& task, std::span<const MicroBatch> batches, double largest) {
  if (const std::string weight = first_non_finite_weight(task.parameters()); !weight.empty())
    return {weight + " is not finite", batches.front()};
  task.parameters().gradients().zero_();
  for (const MicroBatch& batch : batches)
    if (const std::string what = find_in_batch(task, batch, largest); !what.empty()) return {what, batch};
  return {"the sum of the losses is out of range", batches.back()};
}

}  // namespace prenorm::training
