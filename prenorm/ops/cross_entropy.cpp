#include "prenorm/ops/cross_entropy.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "prenorm/ops/check.h"
#include "prenorm/ops/cpu/bias.h"
#include "prenorm/ops/cpu/smoothed_loss.h"
#include "prenorm/ops/example_projection.h"
#include "prenorm/ops/function.h"
#include "prenorm/ops/gemm.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/ops/weight_gradient.h"

namespace prenorm::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kLargestChunkBytes = 64 << 20, kLeastRows = 256;

// The number of rows whose logits are computed together: as few chunks of as equal size as the limit allows.
std::int64_t chunk_rows(const at::Tensor& hidden, const at::Tensor& weight) {
  const std::int64_t most =
      std::max(kLeastRows, kLargestChunkBytes / (weight.size(0) * static_cast<std::int64_t>(weight.element_size())));
  const std::int64_t rows = std::max<std::int64_t>(1, hidden.size(0)), chunks = (rows + most - 1) / most;
  return (rows + chunks - 1) / chunks;
}

// Everything but the weight's gradient from the last chunk of logits is computed in the forward pass, while the logits
// exist. The last chunk (the only one if there are few rows) is kept, so that its product can be added to the weight's
// gradient directly. What needs no gradient costs none.
struct ProjectedCrossEntropy : Function<ProjectedCrossEntropy> {
  static constexpr const char* kName = "projected_cross_entropy";
  static variable_list forward(AutogradContext* context, const at::Tensor& hidden, const at::Tensor& weight,
                               const c10::optional<at::Tensor>& maybe_bias, const at::Tensor& targets, double smoothing,
                               const ProjectionByExamplePtr& by_example) {
    const at::Tensor bias = maybe_bias.value_or(at::Tensor());
    const bool want_gradient =
        hidden.requires_grad() || weight.requires_grad() || (bias.defined() && bias.requires_grad());
    at::Tensor grad_hidden, grad_weight, grad_bias, grad_logits;
    if (hidden.requires_grad()) grad_hidden = at::empty_like(hidden);
    if (bias.defined() && bias.requires_grad()) grad_bias = at::zeros_like(bias);
    cpu::LossSums sums;
    const std::int64_t all = hidden.size(0), chunk = chunk_rows(hidden, weight);
    for (std::int64_t row = 0, rows = 0; row < all; row += rows) {
      rows = by_example ? by_example->rows_from(row, chunk) : std::min(chunk, all - row);
      const at::Tensor part = hidden.narrow(0, row, rows);
      at::Tensor logits = at::empty({rows, weight.size(0)}, hidden.options());
      gemm_forward(logits, part, weight, bias);
      const cpu::LossSums s = cpu::smoothed_loss(logits, targets.narrow(0, row, rows), smoothing, want_gradient);
      sums.loss += s.loss;
      sums.nll += s.nll;
      if (!want_gradient) continue;
      if (grad_hidden.defined()) {
        at::Tensor grad_part = grad_hidden.narrow(0, row, rows);
        gemm_input_gradient(grad_part, logits, weight);
      }
      if (by_example)
        by_example->add_chunk(row, logits, grad_bias);
      else if (grad_bias.defined())
        grad_bias.add_(cpu::column_sums(logits));
      if (!weight.requires_grad()) continue;
      if (row + rows == all) {
        grad_logits = logits;
        break;
      }
      if (!grad_weight.defined()) grad_weight = at::zeros_like(weight);
      if (by_example)
        by_example->add_to_weight(row, logits, grad_weight);
      else
        gemm_weight_gradient(grad_weight, logits, part);
    }
    save_examples(context, by_example);
    if (want_gradient)
      context->save_for_backward({weight.requires_grad() ? hidden : at::Tensor(), weight, grad_hidden, grad_weight,
                                  grad_logits, bias, grad_bias});
    return {at::full({}, sums.loss, hidden.options()), at::full({}, sums.nll, hidden.options().dtype(at::kDouble))};
  }

  static variable_list gradient(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &hidden = saved[0], &weight = saved[1], &grad_logits = saved[4];
    const double scale = gradients[0].item<double>();
    const ProjectionByExamplePtr by_example = examples_in<ProjectionByExample>(context);
    if (by_example) by_example->scale_and_keep(scale);
    const at::Tensor grad_weight = weight_gradient(weight, [&](at::Tensor& gradient) {
      if (saved[3].defined()) gradient.add_(saved[3], scale);
      if (!grad_logits.defined()) return;
      const std::int64_t rows = grad_logits.size(0), row = hidden.size(0) - rows;
      if (by_example) return by_example->add_to_weight(row, grad_logits, gradient, scale);
      gemm_weight_gradient(gradient, grad_logits, hidden.narrow(0, row, rows), scale);
    });
    if (by_example) by_example->scale_and_keep(1);
    at::Tensor grad_bias;
    if (saved[5].defined())
      grad_bias = weight_gradient(saved[5], [&](at::Tensor& gradient) { gradient.add_(saved[6], scale); });
    const at::Tensor grad_hidden = saved[2].defined() && scale != 1 ? saved[2] * scale : saved[2];
    return {grad_hidden, grad_weight, grad_bias, {}, {}, {}};
  }
};

}  // namespace

CrossEntropySums projected_cross_entropy(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets,
                                         double label_smoothing, const at::Tensor& bias) {
  const Check check("projected_cross_entropy", hidden);
  check.matrix(hidden, Check::kAny, Check::kAny, "hidden");
  check.matrix(weight, Check::kAny, hidden.size(1), "weight");
  if (bias.defined()) check.vector(bias, weight.size(0), "bias");
  check.equal(targets.numel(), hidden.size(0), "targets and rows of hidden");
  check.probability(label_smoothing, "label_smoothing");
  if (!use_kernels(hidden)) return projected_cross_entropy_composite(hidden, weight, targets, label_smoothing, bias);
  check.row_numbers(targets, weight.size(0), "target");
  // Gradients are always disabled inside a Function, so the caller passes in whether they are needed.
  const bool gradient = at::GradMode::is_enabled();
  c10::optional<at::Tensor> maybe_bias;
  if (bias.defined()) maybe_bias = gradient ? bias : bias.detach();
  const auto sums = ProjectedCrossEntropy::apply(gradient ? hidden.contiguous() : hidden.detach().contiguous(),
                                                 gradient ? weight : weight.detach(), maybe_bias, targets.contiguous(),
                                                 label_smoothing, projection_by_example(hidden, weight, bias));
  return {sums[0], sums[1].detach()};
}

CrossEntropySums projected_cross_entropy_composite(const at::Tensor& hidden, const at::Tensor& weight,
                                                   const at::Tensor& targets, double label_smoothing,
                                                   const at::Tensor& bias) {
  const at::Tensor logits = bias.defined() ? at::linear(hidden, weight, bias) : at::linear(hidden, weight);
  measure_projection(logits, hidden, weight, bias);
  const at::Tensor log_p = at::log_softmax(logits, 1);
  const at::Tensor nll = log_p.gather(1, targets.unsqueeze(1)).sum().neg();
  const at::Tensor uniform = log_p.mean(1).sum().neg();
  return {nll * (1 - label_smoothing) + uniform * label_smoothing, nll.detach().to(at::kDouble)};
}

}  // namespace prenorm::ops
