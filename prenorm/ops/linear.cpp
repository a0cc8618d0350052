#include "prenorm/ops/linear.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/relu.h>

#include <cmath>
#include <utility>

#include "prenorm/ops/check.h"
#include "prenorm/ops/cpu/bias.h"
#include "prenorm/ops/cpu/gelu.h"
#include "prenorm/ops/example_linear.h"
#include "prenorm/ops/example_norms.h"
#include "prenorm/ops/function.h"
#include "prenorm/ops/gemm.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/ops/weight_gradient.h"

namespace prenorm::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

void add_squares(const at::Tensor& weight, const at::Tensor& bias, const ExampleRowsPtr& examples,
                 const LinearSquares& squares) {
  examples->norms.add(weight, squares.weight);
  examples->norms.add(bias, squares.bias);
  examples->norms.count(squares.flops);
}

// With z = x Wᵀ + b: dz = dy act'(z); dx = dz W, dW = dzᵀ x, db = Σ_rows dz.
// With an adapter, h = x Aᵀ: z += s h Bᵀ; with dh = s dz B: dx += dh A, dA = dhᵀ x, dB = s dzᵀ h.
struct Linear : Function<Linear> {
  static constexpr const char* kName = "linear";
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, std::optional<ActivationForm> activation,
                            const c10::optional<at::Tensor>& a, const c10::optional<at::Tensor>& b, double scale,
                            const ExampleRowsPtr& examples) {
    save_examples(context, examples);
    at::Tensor z = at::empty({x.size(0), weight.size(0)}, x.options()), h;
    const auto is = [&](Activation kind) { return activation && activation->kind == kind; };
    const bool relu = is(Activation::kRelu), leaky = is(Activation::kTatRelu);
    const bool gelu = activation.has_value() && !relu && !leaky;
    const auto kind = is(Activation::kGeluTanh) ? cpu::Gelu::kTanh : cpu::Gelu::kExact;
    gemm_forward(z, x, weight, bias, relu && !a);
    if (a) {
      h = at::empty({x.size(0), a->size(0)}, x.options());
      gemm_forward(h, x, *a);
      z.addmm_(h, b->t(), 1, scale);
      if (relu) z.clamp_min_(0);
    }
    if (leaky) {
      cpu::leaky_relu(z, activation->slope, activation->gain());
      context->saved_data["slope"] = activation->slope;
      context->saved_data["gain"] = activation->gain();
    }
    context->saved_data["leaky"] = leaky;
    context->saved_data["relu"] = relu;
    context->saved_data["gelu"] = gelu ? static_cast<std::int64_t>(kind) : kNoGelu;
    context->saved_data["scale"] = scale;
    // The output of max(z, 0) shows where it was cut, as the sign of a leaky one does; the derivative of GELU needs its
    // input. The input of the map is for the gradients of matrices alone.
    const bool needs_x = weight.requires_grad() || (a && a->requires_grad());
    context->save_for_backward({needs_x ? x : at::Tensor(), weight, bias, activation ? z : at::Tensor(),
                                a.value_or(at::Tensor()), b.value_or(at::Tensor()), h});
    return gelu ? cpu::gelu(z, kind) : z;
  }

  static variable_list gradient(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &bias = saved[2];
    const LowRank adapter{saved[4], saved[5], context->saved_data["scale"].toDouble()};
    at::Tensor grad_z = gradients[0].contiguous(), grad_x;
    if (context->saved_data["relu"].toBool()) grad_z = cpu::relu_backward(grad_z, saved[3]);
    if (context->saved_data["leaky"].toBool())
      grad_z = cpu::leaky_relu_backward(grad_z, saved[3], context->saved_data["slope"].toDouble(),
                                        context->saved_data["gain"].toDouble());
    if (const std::int64_t gelu = context->saved_data["gelu"].toInt(); gelu != kNoGelu)
      grad_z = cpu::gelu_backward(grad_z, saved[3], static_cast<cpu::Gelu>(gelu));
    if (context->needs_input_grad(0)) {
      grad_x = at::empty({grad_z.size(0), weight.size(1)}, grad_z.options());
      gemm_input_gradient(grad_x, grad_z, weight);
    }
    const ExampleRowsPtr examples = examples_in(context);
    const auto [grad_weight, grad_bias] = parameter_gradients(weight, bias, grad_z, x, examples);
    const auto [grad_a, grad_b] = adapter_gradients(adapter, grad_z, x, saved[6], grad_x, examples);
    return {grad_x, grad_weight, grad_bias, {}, grad_a, grad_b, {}, {}};
  }

 private:
  static constexpr std::int64_t kNoGelu = -1;

  // Computed in one pass over grad_z if both are needed, as they almost always are.
  static std::pair<at::Tensor, at::Tensor> parameter_gradients(const at::Tensor& weight, const at::Tensor& bias,
                                                               const at::Tensor& grad_z, const at::Tensor& x,
                                                               const ExampleRowsPtr& examples) {
    at::Tensor grad_bias;
    const at::Tensor grad_weight = weight_gradient(weight, [&](at::Tensor& of_weight) {
      if (!bias.requires_grad()) return add_weight_gradient(of_weight, weight, grad_z, x, 1, examples);
      grad_bias = weight_gradient(bias, [&](at::Tensor& of_bias) {
        if (!examples) return gemm_weight_and_bias_gradient(of_weight, of_bias, grad_z, x);
        add_squares(weight, bias, examples,
                    gemm_weight_gradient_by_example(of_weight, &of_bias, grad_z, x, examples->offsets));
      });
    });
    if (!weight.requires_grad())
      grad_bias = weight_gradient(bias, [&](at::Tensor& of_bias) {
        if (!examples) return static_cast<void>(of_bias.add_(cpu::column_sums(grad_z)));
        examples->norms.add(bias, column_sums_by_example(of_bias, grad_z, examples->offsets));
      });
    return {grad_weight, grad_bias};
  }

  // Adds the adapter's part to grad_x, if it is defined. h = x Aᵀ.
  static std::pair<at::Tensor, at::Tensor> adapter_gradients(const LowRank& adapter, const at::Tensor& grad_z,
                                                             const at::Tensor& x, const at::Tensor& h,
                                                             at::Tensor& grad_x, const ExampleRowsPtr& examples) {
    if (!adapter.defined()) return {};
    at::Tensor grad_h = at::empty_like(h);
    gemm_input_gradient(grad_h, grad_z, adapter.b);
    grad_h.mul_(adapter.scale);
    if (grad_x.defined()) grad_x.addmm_(grad_h, adapter.a);
    const at::Tensor grad_a = weight_gradient(
        adapter.a, [&](at::Tensor& of_a) { add_weight_gradient(of_a, adapter.a, grad_h, x, 1, examples); });
    const at::Tensor grad_b = weight_gradient(
        adapter.b, [&](at::Tensor& of_b) { add_weight_gradient(of_b, adapter.b, grad_z, h, adapter.scale, examples); });
    return {grad_a, grad_b};
  }

  static void add_weight_gradient(at::Tensor& gradient, const at::Tensor& weight, const at::Tensor& grad_y,
                                  const at::Tensor& x, double scale, const ExampleRowsPtr& examples) {
    if (!examples) return gemm_weight_gradient(gradient, grad_y, x, scale);
    add_squares(weight, {}, examples,
                gemm_weight_gradient_by_example(gradient, nullptr, grad_y, x, examples->offsets, scale));
  }
};

}  // namespace

double ActivationForm::gain() const { return std::sqrt(2 / (1 + slope * slope)); }

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  std::optional<ActivationForm> activation, const LowRank& adapter) {
  const Check check("linear", x);
  check.matrix(x, Check::kAny, Check::kAny, "x");
  check.matrix(weight, Check::kAny, x.size(1), "weight");
  check.vector(bias, weight.size(0), "bias");
  if (adapter.defined()) {
    check.matrix(adapter.a, Check::kAny, x.size(1), "a");
    check.matrix(adapter.b, weight.size(0), adapter.a.size(0), "b");
  }
  if (!use_kernels(x)) return linear_composite(x, weight, bias, activation, adapter);
  c10::optional<at::Tensor> a, b;
  if (adapter.defined()) a = adapter.a, b = adapter.b;
  return Linear::apply(x.contiguous(), weight, bias, activation, a, b, adapter.scale,
                       examples_of(x.size(0), {weight, bias, adapter.a, adapter.b}));
}

at::Tensor linear_composite(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                            std::optional<ActivationForm> activation, const LowRank& adapter) {
  at::Tensor z = at::linear(x, weight, bias);
  if (adapter.defined()) z = z + adapter.scale * at::mm(at::mm(x, adapter.a.t()), adapter.b.t());
  if (const ExampleRowsPtr examples = examples_of(x.size(0), {weight, bias, adapter.a, adapter.b}))
    with_gradient(z, [=, x = x.detach()](const at::Tensor& grad_z) {
      add_squares(weight, bias, examples, linear_squares_composite(grad_z, x, examples->offsets));
      if (!adapter.defined()) return;
      const at::NoGradGuard no_grad;
      const at::Tensor grad_h = at::mm(grad_z, adapter.b), h = at::mm(x, adapter.a.t());
      add_squares(adapter.a, {}, examples, linear_squares_composite(grad_h, x, examples->offsets, adapter.scale));
      add_squares(adapter.b, {}, examples, linear_squares_composite(grad_z, h, examples->offsets, adapter.scale));
    });
  if (!activation) return z;
  switch (activation->kind) {
    case Activation::kRelu: return at::relu(z);
    case Activation::kGelu: return at::gelu(z, "none");
    case Activation::kGeluTanh: return at::gelu(z, "tanh");
    case Activation::kTatRelu: return at::leaky_relu(z, activation->slope) * activation->gain();
  }
  return z;
}

}  // namespace prenorm::ops
