#include "prenorm/updates/bad_tensor.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/isfinite.h>
#include <fmt/format.h>

#include <utility>

namespace prenorm::updates {
namespace {

// What is wrong with a tensor; empty if nothing is.
std::string fault(const at::Tensor& x, double largest) {
  if (!all_finite(x)) return "is not finite";
  const double magnitude = x.numel() > 0 ? x.abs().max().item<double>() : 0;
  return magnitude > largest ? fmt::format("reaches {:.2g}", magnitude) : std::string();
}

PointSize size_of(std::string_view point, const at::Tensor& x) {
  const at::Tensor y = x.detach().to(at::kDouble);
  if (y.numel() == 0) return {std::string(point), 0, 0};
  return {std::string(point), y.square().mean().sqrt().item<double>(), y.abs().max().item<double>()};
}

// Returns kind kNone if everything computed for the batch, and the gradient summed so far, is in range.
BadTensor find_in_batch(Task& task, const MicroBatch& batch, double largest) {
  BadTensor found{.where = batch};
  const auto report = [&found](TensorKind kind, std::string_view name, std::string what) {
    if (found.kind == TensorKind::kNone) found = {kind, std::string(name), std::move(what), found.where, found.before};
  };
  const nn::Observer observer = [&](std::string_view point, const at::Tensor& value) {
    if (found.kind != TensorKind::kNone) return;
    found.before.push_back(size_of(point, value));
    if (const std::string wrong = fault(value, largest); !wrong.empty())
      report(TensorKind::kActivation, point, fmt::format("activation {} {}", point, wrong));
  };
  nn::Context context = batch.context;
  context.observer = &observer;
  const LoadedBatch loaded = task.load(batch.epoch, batch.batch, {});
  for (std::int64_t share = 0; share < loaded.shares(); ++share) {
    found.before.clear();
    const BatchLoss loss = loaded.loss(share, 0, context);
    if (!all_finite(loss.loss_sum)) report(TensorKind::kLoss, "loss", "the loss is not finite");
    if (found.kind != TensorKind::kNone) return found;
    if (loss.loss_sum.requires_grad()) loss.loss_sum.backward();
  }
  // The backward pass goes from the last parameter to the first.
  const auto& list = task.parameters().trained();
  for (auto p = list.rbegin(); p != list.rend(); ++p)
    if (!all_finite(p->value.grad()))
      report(TensorKind::kGradient, p->name, fmt::format("gradient of {} is not finite", p->name));
  return found;
}

}  // namespace

bool all_finite(const at::Tensor& x) { return at::isfinite(x).all().item<bool>(); }

std::string first_non_finite_weight(const nn::Parameters& parameters) {
  if (all_finite(parameters.values())) return {};
  for (const nn::Parameter& p : parameters.list())
    if (!all_finite(p.value)) return p.name;
  return {};
}

BadTensor weight_not_finite(const std::string& name) {
  return {TensorKind::kWeight, name, fmt::format("weight {} is not finite", name), {}, {}};
}

BadTensor find_bad_tensor(Task& task, std::span<const MicroBatch> batches, double largest) {
  if (const std::string weight = first_non_finite_weight(task.parameters()); !weight.empty()) {
    BadTensor bad = weight_not_finite(weight);
    bad.where = batches.front();
    return bad;
  }
  task.parameters().gradients().zero_();
  BadTensor found;
  for (const MicroBatch& batch : batches) {
    found = find_in_batch(task, batch, largest);
    if (found.kind != TensorKind::kNone) return found;
  }
  found.what = "the sum of the losses is out of range";
  return found;
}

}  // namespace prenorm::updates
