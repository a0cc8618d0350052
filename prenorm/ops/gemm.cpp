#include "prenorm/ops/gemm.h"

#include <ATen/Dispatch.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>

#include <mutex>
#include <numeric>
#include <vector>

#include "prenorm/machine/profile.h"
#include "prenorm/ops/cpu/bias.h"
#include "prenorm/ops/cpu/example_squares.h"
#include "prenorm/ops/cpu/packed_gemm.h"
#include "prenorm/ops/kernels.h"

namespace prenorm::ops {
namespace {

profile::Operator forward_op{"matrix product, forward"}, input_op{"matrix product, input gradient"},
    weight_op{"matrix product, weight gradient"};

std::mutex record_mutex;
std::map<GemmShape, std::int64_t> record;

double note(const GemmShape& shape) {
  if (profile::enabled()) {
    const std::scoped_lock lock(record_mutex);
    ++record[shape];
  }
  return shape.flops();
}

cpu::PackedProduct product_of(at::Tensor& out, const at::Tensor& left, const at::Tensor& right) {
  return {.out = out.data_ptr<float>(),
          .out_stride = out.stride(0),
          .left = left.data_ptr<float>(),
          .left_row = left.stride(0),
          .left_inner = left.stride(1),
          .right = right.data_ptr<float>(),
          .right_inner = right.stride(0),
          .right_column = right.stride(1),
          .rows = left.size(0),
          .columns = right.size(1),
          .inner = left.size(1)};
}

// out = left right, modified by `change`; false if the BLAS should compute it. Accepts transposed views.
template <class Change>
bool own_product(at::Tensor& out, const at::Tensor& left, const at::Tensor& right, const Change& change) {
  if (!kernels_enabled()) return false;
  for (const at::Tensor& x : {out, left, right})
    if (!x.is_cpu() || x.scalar_type() != at::kFloat || (x.stride(0) != 1 && x.stride(1) != 1)) return false;
  if (out.stride(1) != 1) return false;
  cpu::PackedProduct product = product_of(out, left, right);
  if (!cpu::packed_gemm_pays(product)) return false;
  change(product);
  cpu::packed_gemm(product);
  return true;
}

void weight_gradient_product(at::Tensor& grad_weight, at::Tensor* grad_bias, const at::Tensor& grad_y,
                             const at::Tensor& x, double scale) {
  const profile::Timer timer(weight_op, note({GemmKind::kWeightGradient, x.size(0), x.size(1), grad_y.size(1)}));
  const at::Tensor grad_y_t = grad_y.t();
  const bool done = own_product(grad_weight, grad_y_t, x, [&](cpu::PackedProduct& p) {
    p.accumulate = true;
    p.scale = static_cast<float>(scale);
    if (grad_bias != nullptr) p.left_sums = grad_bias->data_ptr<float>();
  });
  if (done) return;
  grad_weight.addmm_(grad_y_t, x, /*beta=*/1, /*alpha=*/scale);
  if (grad_bias != nullptr) grad_bias->add_(cpu::column_sums(grad_y));
}

}  // namespace

void gemm_forward(at::Tensor& y, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, bool relu) {
  const profile::Timer timer(forward_op, note({GemmKind::kForward, x.size(0), x.size(1), weight.size(0)}));
  const at::Tensor weight_t = weight.t();
  const bool done = own_product(y, x, weight_t, [&](cpu::PackedProduct& p) {
    p.bias = bias.defined() ? bias.data_ptr<float>() : nullptr;
    p.relu = relu;
  });
  if (done) return;
  at::mm_out(y, x, weight_t);
  if (bias.defined()) cpu::add_bias(y, bias, relu);
}

void gemm_input_gradient(at::Tensor& grad_x, const at::Tensor& grad_y, const at::Tensor& weight) {
  const profile::Timer timer(input_op,
                             note({GemmKind::kInputGradient, grad_y.size(0), weight.size(1), weight.size(0)}));
  if (!own_product(grad_x, grad_y, weight, [](cpu::PackedProduct&) {})) at::mm_out(grad_x, grad_y, weight);
}

void gemm_weight_gradient(at::Tensor& grad_weight, const at::Tensor& grad_y, const at::Tensor& x, double scale) {
  weight_gradient_product(grad_weight, nullptr, grad_y, x, scale);
}

void gemm_weight_and_bias_gradient(at::Tensor& grad_weight, at::Tensor& grad_bias, const at::Tensor& grad_y,
                                   const at::Tensor& x) {
  weight_gradient_product(grad_weight, &grad_bias, grad_y, x, 1);
}

// A product of few factors is squared as it is added; another one, or one of the BLAS, is first computed by itself.
double gemm_weight_gradient_with_squares(at::Tensor& grad_weight, at::Tensor* grad_bias, const at::Tensor& grad_y,
                                         const at::Tensor& x, double scale) {
  const profile::Timer timer(weight_op, note({GemmKind::kWeightGradient, x.size(0), x.size(1), grad_y.size(1)}));
  const at::Tensor grad_y_t = grad_y.t();
  float* const bias =
      grad_bias != nullptr && grad_bias->scalar_type() == at::kFloat ? grad_bias->data_ptr<float>() : nullptr;
  if (x.size(0) <= cpu::kOneBlockInner) {
    std::vector<double> squares(static_cast<std::size_t>(grad_y.size(1)));
    const bool done = own_product(grad_weight, grad_y_t, x, [&](cpu::PackedProduct& p) {
      p.accumulate = true;
      p.scale = static_cast<float>(scale);
      p.left_sums = bias;
      p.row_squares = squares.data();
    });
    if (done) return std::accumulate(squares.begin(), squares.end(), 0.0);
  }
  at::Tensor product = at::empty_like(grad_weight);
  const bool done = own_product(product, grad_y_t, x, [&](cpu::PackedProduct& p) { p.left_sums = bias; });
  if (!done) {
    at::mm_out(product, grad_y_t, x);
    if (grad_bias != nullptr) grad_bias->add_(cpu::column_sums(grad_y));
  }
  if (scale != 1) product.mul_(scale);
  double squares = 0;
  AT_DISPATCH_FLOATING_TYPES(product.scalar_type(), "gemm_weight_gradient_with_squares", [&] {
    squares = cpu::add_with_squares(grad_weight.data_ptr<scalar_t>(), product.data_ptr<scalar_t>(), product.numel());
  });
  return squares;
}

std::map<GemmShape, std::int64_t> take_gemm_record() {
  const std::scoped_lock lock(record_mutex);
  return std::exchange(record, {});
}

}  // namespace prenorm::ops
