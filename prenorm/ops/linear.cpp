#include "prenorm/ops/linear.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gelu_backward.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <torch/csrc/autograd/custom_function.h>

#include "prenorm/ops/cpu/bias.h"
#include "prenorm/ops/gemm.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/ops/weight_gradient.h"

namespace prenorm::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// With z = x Wᵀ + b: dz = dy act'(z); dx = dz W, dW = dzᵀ x, db = Σ_rows dz.
struct Linear : torch::autograd::Function<Linear> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, std::optional<Activation> activation) {
    at::Tensor z = at::empty({x.size(0), weight.size(0)}, x.options());
    gemm_forward(z, x, weight);
    const bool relu = activation == Activation::kRelu, gelu = activation == Activation::kGelu;
    cpu::add_bias(z, bias, relu);
    context->saved_data["relu"] = relu;
    context->saved_data["gelu"] = gelu;
    // Of max(z, 0) the output tells where it was cut; the derivative of GELU needs its input.
    context->save_for_backward({x, weight, bias, relu || gelu ? z : at::Tensor()});
    return gelu ? at::gelu(z) : z;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &bias = saved[2];
    at::Tensor grad_z = gradients[0].contiguous(), grad_x, column_sums;
    if (context->saved_data["relu"].toBool()) {
      cpu::ReluGradient gradient = cpu::relu_backward(grad_z, saved[3]);
      grad_z = std::move(gradient.grad_z);
      column_sums = std::move(gradient.column_sums);
    } else {
      if (context->saved_data["gelu"].toBool()) grad_z = at::gelu_backward(grad_z, saved[3]);
      column_sums = cpu::column_sums(grad_z);
    }
    const at::Tensor grad_bias = weight_gradient(bias, [&](at::Tensor& gradient) { gradient.add_(column_sums); });
    if (context->needs_input_grad(0)) {
      grad_x = at::empty_like(x);
      gemm_input_gradient(grad_x, grad_z, weight);
    }
    const at::Tensor grad_weight =
        weight_gradient(weight, [&](at::Tensor& gradient) { gemm_weight_gradient(gradient, grad_z, x); });
    return {grad_x, grad_weight, grad_bias, {}};
  }
};

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  std::optional<Activation> activation) {
  if (!use_kernels(x)) return linear_composite(x, weight, bias, activation);
  return Linear::apply(x.contiguous(), weight, bias, activation);
}

at::Tensor linear_composite(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                            std::optional<Activation> activation) {
  const at::Tensor z = at::linear(x, weight, bias);
  if (!activation) return z;
  return *activation == Activation::kRelu ? at::relu(z) : at::gelu(z);
}

}  // namespace prenorm::ops
