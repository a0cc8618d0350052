#include "prenorm/ops/cross_entropy.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace prenorm::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows whose logits exist together: a few MiB for common vocabularies, wide enough for full matrix-multiply speed.
constexpr std::int64_t kChunkRows = 512;

struct Sums {
  double loss = 0, nll = 0;
};

// logits: [rows, vocabulary]; overwritten by their gradient if wanted.
Sums smoothed_loss(at::Tensor& logits, const at::Tensor& targets, double smoothing, bool want_gradient) {
  const auto vocabulary = static_cast<double>(logits.size(1));
  const at::Tensor log_normalizer = at::logsumexp(logits, 1);
  const at::Tensor target_logit = logits.gather(1, targets.unsqueeze(1)).squeeze(1);
  const at::Tensor nll = log_normalizer - target_logit;
  Sums sums;
  sums.nll = nll.sum(at::kDouble).item<double>();
  sums.loss = (1 - smoothing) * sums.nll;
  if (smoothing > 0)
    sums.loss += smoothing * (log_normalizer.sum(at::kDouble) - logits.sum(at::kDouble) / vocabulary).item<double>();
  if (!want_gradient) return sums;
  logits.sub_(log_normalizer.unsqueeze(1)).exp_();
  if (smoothing > 0) logits.sub_(smoothing / vocabulary);
  const at::Tensor index = targets.unsqueeze(1);
  logits.scatter_add_(1, index, at::full_like(target_logit, smoothing - 1).unsqueeze(1));
  return sums;
}

struct ProjectedCrossEntropy : torch::autograd::Function<ProjectedCrossEntropy> {
  static variable_list forward(AutogradContext* context, const at::Tensor& hidden, const at::Tensor& weight,
                               const at::Tensor& targets, double smoothing) {
    // Inside a Function gradients are off, so whether they are wanted is read from the inputs and an outer flag.
    const bool want_gradient = hidden.requires_grad() || weight.requires_grad();
    at::Tensor grad_hidden, grad_weight;
    if (want_gradient) {
      grad_hidden = at::empty_like(hidden);
      grad_weight = at::zeros_like(weight);
    }
    Sums sums;
    for (std::int64_t row = 0; row < hidden.size(0); row += kChunkRows) {
      const std::int64_t rows = std::min(kChunkRows, hidden.size(0) - row);
      const at::Tensor part = hidden.narrow(0, row, rows);
      at::Tensor logits = at::mm(part, weight.t());
      const Sums s = smoothed_loss(logits, targets.narrow(0, row, rows), smoothing, want_gradient);
      sums.loss += s.loss;
      sums.nll += s.nll;
      if (!want_gradient) continue;
      at::Tensor grad_part = grad_hidden.narrow(0, row, rows);
      at::mm_out(grad_part, logits, weight);
      grad_weight.addmm_(logits.t(), part);
    }
    if (want_gradient) context->save_for_backward({grad_hidden, grad_weight});
    return {at::full({}, sums.loss, hidden.options()), at::full({}, sums.nll, hidden.options().dtype(at::kDouble))};
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    return {saved[0] * gradients[0], saved[1] * gradients[0], {}, {}};
  }
};

}  // namespace

CrossEntropySums projected_cross_entropy(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets,
                                         double label_smoothing) {
  const bool gradient = at::GradMode::is_enabled();
  const auto sums = ProjectedCrossEntropy::apply(gradient ? hidden : hidden.detach(),
                                                 gradient ? weight : weight.detach(), targets, label_smoothing);
  return {sums[0], sums[1].detach()};
}

}  // namespace prenorm::ops
