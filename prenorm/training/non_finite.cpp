#include "prenorm/training/non_finite.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/isfinite.h>
#include <fmt/format.h>

namespace prenorm::training {
namespace {

// Empty where everything of the batch, and the gradient summed so far, is finite.
std::string find_in_batch(Task& task, const MicroBatch& batch) {
  std::string first;
  const nn::Observer observer = [&first](std::string_view point, const at::Tensor& value) {
    if (first.empty() && !all_finite(value)) first = fmt::format("activation {}", point);
  };
  nn::Context context = batch.context;
  context.observer = &observer;
  const BatchLoss loss = task.loss(batch.epoch, batch.batch, context);
  if (first.empty() && !all_finite(loss.loss_sum)) first = "the loss";
  if (!first.empty()) return first;
  loss.loss_sum.backward();
  // The backward pass goes from the last parameter to the first.
  const auto& list = task.parameters().list();
  for (auto p = list.rbegin(); p != list.rend(); ++p)
    if (!all_finite(p->value.grad())) return "gradient of " + p->name;
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

NonFinite find_non_finite(Task& task, std::span<const MicroBatch> batches) {
  if (const std::string weight = first_non_finite_weight(task.parameters()); !weight.empty())
    return {weight, batches.front()};
  task.parameters().gradients().zero_();
  for (const MicroBatch& batch : batches)
    if (const std::string what = find_in_batch(task, batch); !what.empty()) return {what, batch};
  return {"the sum of the losses", batches.back()};
}

}  // namespace prenorm::training
