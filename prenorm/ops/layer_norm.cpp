#include "prenorm/ops/layer_norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/layer_norm.h>

#include "prenorm/ops/check.h"
#include "prenorm/ops/cpu/layer_norm.h"
#include "prenorm/ops/example_norms.h"
#include "prenorm/ops/function.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/ops/saved_mask.h"
#include "prenorm/ops/weight_gradient.h"

namespace prenorm::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// A Function rejects undefined tensors among its inputs.
c10::optional<at::Tensor> optional(const at::Tensor& x) { return x.defined() ? c10::make_optional(x) : c10::nullopt; }

// The value that autograd gets for γ or β, if it exists.
at::Tensor gradient_of(const at::Tensor& weight, const at::Tensor& gradient) {
  if (!weight.defined()) return {};
  return weight_gradient(weight, [&](at::Tensor& buffer) { buffer.add_(gradient); });
}

// Outputs: normed, and also the sum if there is a branch.
struct AddLayerNorm : Function<AddLayerNorm> {
  static constexpr const char* kName = "add_layer_norm";
  static variable_list forward(AutogradContext* context, const at::Tensor& x,
                               const c10::optional<at::Tensor>& optional_branch,
                               const c10::optional<at::Tensor>& weight, const c10::optional<at::Tensor>& bias,
                               const NormWeights& norm, const DropoutMask& mask, const ExampleRowsPtr& examples) {
    const at::Tensor branch = optional_branch.value_or(at::Tensor());
    const cpu::NormOutput out = cpu::add_layer_norm(x, branch, mask, norm);
    context->save_for_backward({out.sum, out.statistics, weight.value_or(at::Tensor()), bias.value_or(at::Tensor())});
    context->saved_data["has_branch"] = branch.defined();
    context->saved_data["is_layer_norm"] = norm.kind == NormKind::kLayerNorm;
    save_mask(context, mask);
    save_examples(context, examples);
    context->set_materialize_grads(false);
    if (!branch.defined()) return {out.normed};
    return {out.normed, out.sum};
  }

  static variable_list gradient(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const bool has_branch = context->saved_data["has_branch"].toBool();
    const NormKind kind = context->saved_data["is_layer_norm"].toBool() ? NormKind::kLayerNorm : NormKind::kRmsNorm;
    const NormWeights norm{saved[2], saved[3], 0, kind};
    const at::Tensor grad_sum = has_branch && gradients[1].defined() ? gradients[1].contiguous() : at::Tensor();
    const at::Tensor grad_normed = gradients[0].defined() ? gradients[0].contiguous() : at::zeros_like(saved[0]);
    const ExampleRowsPtr examples = examples_in(context);
    const cpu::NormGradient g = cpu::add_layer_norm_backward(
        grad_sum, grad_normed, {saved[0], {}, saved[1]}, has_branch, saved_mask(context), norm,
        examples ? std::span<const std::int64_t>(examples->offsets) : std::span<const std::int64_t>());
    if (examples) {
      examples->norms.add(norm.weight, g.weight_squares);
      examples->norms.add(norm.bias, g.bias_squares);
      examples->norms.count(static_cast<double>(2 * examples->examples() * grad_normed.size(1)) *
                            (norm.bias.defined() ? 2 : 1));
    }
    return {g.x, g.branch, gradient_of(norm.weight, g.weight), gradient_of(norm.bias, g.bias), {}, {}, {}};
  }
};

at::Tensor composite_of(const at::Tensor& x, const NormWeights& norm) {
  if (norm.kind == NormKind::kLayerNorm) return at::layer_norm(x, x.sizes().slice(1), norm.weight, norm.bias, norm.eps);
  const at::Tensor normed = x * (x.square().mean(1, /*keepdim=*/true) + norm.eps).rsqrt();
  return norm.weight.defined() ? normed * norm.weight : normed;
}

Check checked(const at::Tensor& x, const NormWeights& norm) {
  const Check check("layer_norm", x);
  check.matrix(x, Check::kAny, Check::kAny, "x");
  if (norm.weight.defined()) check.vector(norm.weight, x.size(1), "weight");
  if (norm.bias.defined()) check.vector(norm.bias, x.size(1), "bias");
  const bool layer_norm = norm.kind == NormKind::kLayerNorm;
  if (norm.bias.defined() != (layer_norm && norm.weight.defined()))
    throw UsageError("layer_norm: layer_norm has a weight and a bias or neither, rms_norm never a bias");
  return check;
}

variable_list apply(const at::Tensor& x, const at::Tensor& branch, const DropoutMask& mask, const NormWeights& norm) {
  return AddLayerNorm::apply(x, optional(branch), optional(norm.weight), optional(norm.bias), norm, mask,
                             examples_of(x.size(0), {norm.weight, norm.bias}));
}

}  // namespace

at::Tensor layer_norm(const at::Tensor& x, const NormWeights& norm) {
  checked(x, norm);
  if (!use_kernels(x)) return layer_norm_composite(x, norm);
  return apply(x.contiguous(), {}, {}, norm)[0];
}

NormedSum add_layer_norm(const at::Tensor& x, const at::Tensor& branch, const DropoutMask& mask,
                         const NormWeights& norm) {
  const Check check = checked(x, norm);
  check.matrix(branch, x.size(0), x.size(1), "branch");
  check.probability(mask.p, "dropout");
  if (!use_kernels(x)) return add_layer_norm_composite(x, branch, mask, norm);
  const variable_list out = apply(x.contiguous(), branch.contiguous(), mask, norm);
  return {out[1], out[0]};
}

at::Tensor layer_norm_composite(const at::Tensor& x, const NormWeights& norm) {
  const at::Tensor y = composite_of(x, norm);
  if (const ExampleRowsPtr examples = examples_of(x.size(0), {norm.weight, norm.bias}))
    with_gradient(y, [=, plain = composite_of(x.detach(), {{}, {}, norm.eps, norm.kind})](const at::Tensor& gradient) {
      examples->norms.add(norm.weight, examples->squares_of_sums(gradient * plain));
      if (norm.bias.defined()) examples->norms.add(norm.bias, examples->squares_of_sums(gradient));
    });
  return y;
}

NormedSum add_layer_norm_composite(const at::Tensor& x, const at::Tensor& branch, const DropoutMask& mask,
                                   const NormWeights& norm) {
  const at::Tensor sum = x + dropout_composite(branch, mask);
  return {sum, layer_norm_composite(sum, norm)};
}

}  // namespace prenorm::ops
