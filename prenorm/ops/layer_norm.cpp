#include "prenorm/ops/layer_norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/layer_norm.h>
#include <torch/csrc/autograd/custom_function.h>

#include "prenorm/ops/cpu/layer_norm.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/ops/saved_mask.h"
#include "prenorm/ops/weight_gradient.h"

namespace prenorm::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Outputs: normed, and the sum where there is a branch.
struct AddLayerNorm : torch::autograd::Function<AddLayerNorm> {
  // An undefined tensor among the inputs would be refused: hence the optional branch.
  static variable_list forward(AutogradContext* context, const at::Tensor& x,
                               const c10::optional<at::Tensor>& optional_branch, const at::Tensor& weight,
                               const at::Tensor& bias, double eps, const DropoutMask& mask) {
    const at::Tensor branch = optional_branch.value_or(at::Tensor());
    const cpu::NormOutput out = cpu::add_layer_norm(x, branch, mask, {weight, bias, eps});
    context->save_for_backward({out.sum, out.statistics, weight, bias});
    context->saved_data["has_branch"] = branch.defined();
    save_mask(context, mask);
    context->set_materialize_grads(false);
    if (!branch.defined()) return {out.normed};
    return {out.normed, out.sum};
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &weight = saved[2], &bias = saved[3];
    const bool has_branch = context->saved_data["has_branch"].toBool();
    const at::Tensor grad_sum = has_branch && gradients[1].defined() ? gradients[1].contiguous() : at::Tensor();
    const at::Tensor grad_normed = gradients[0].defined() ? gradients[0].contiguous() : at::zeros_like(saved[0]);
    const cpu::NormGradient g = cpu::add_layer_norm_backward(grad_sum, grad_normed, {saved[0], {}, saved[1]},
                                                             has_branch, saved_mask(context), {weight, bias, 0});
    return {g.x,
            g.branch,
            weight_gradient(weight, [&](at::Tensor& buffer) { buffer.add_(g.weight); }),
            weight_gradient(bias, [&](at::Tensor& buffer) { buffer.add_(g.bias); }),
            {},
            {}};
  }
};

}  // namespace

at::Tensor layer_norm(const at::Tensor& x, const NormWeights& norm) {
  if (!use_kernels(x)) return layer_norm_composite(x, norm);
  return AddLayerNorm::apply(x.contiguous(), c10::nullopt, norm.weight, norm.bias, norm.eps, DropoutMask{})[0];
}

NormedSum add_layer_norm(const at::Tensor& x, const at::Tensor& branch, const DropoutMask& mask,
                         const NormWeights& norm) {
  if (!use_kernels(x)) return add_layer_norm_composite(x, branch, mask, norm);
  const variable_list out = AddLayerNorm::apply(x.contiguous(), c10::make_optional(branch.contiguous()), norm.weight,
                                                norm.bias, norm.eps, mask);
  return {out[1], out[0]};
}

at::Tensor layer_norm_composite(const at::Tensor& x, const NormWeights& norm) {
  return at::layer_norm(x, norm.weight.sizes(), norm.weight, norm.bias, norm.eps);
}

NormedSum add_layer_norm_composite(const at::Tensor& x, const at::Tensor& branch, const DropoutMask& mask,
                                   const NormWeights& norm) {
  const at::Tensor sum = x + dropout_composite(branch, mask);
  return {sum, layer_norm_composite(sum, norm)};
}

}  // namespace prenorm::ops
