#include "prenorm/ops/gemm.h"

#include <ATen/ops/mm.h>

#include <mutex>

#include "prenorm/base/profile.h"

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

}  // namespace

void gemm_forward(at::Tensor& y, const at::Tensor& x, const at::Tensor& weight) {
  const profile::Timer timer(forward_op, note({GemmKind::kForward, x.size(0), x.size(1), weight.size(0)}));
  at::mm_out(y, x, weight.t());
}

void gemm_input_gradient(at::Tensor& grad_x, const at::Tensor& grad_y, const at::Tensor& weight) {
  const profile::Timer timer(input_op,
                             note({GemmKind::kInputGradient, grad_y.size(0), weight.size(1), weight.size(0)}));
  at::mm_out(grad_x, grad_y, weight);
}

void gemm_weight_gradient(at::Tensor& grad_weight, const at::Tensor& grad_y, const at::Tensor& x, double scale) {
  const profile::Timer timer(weight_op, note({GemmKind::kWeightGradient, x.size(0), x.size(1), grad_y.size(1)}));
  grad_weight.addmm_(grad_y.t(), x, /*beta=*/1, /*alpha=*/scale);
}

std::map<GemmShape, std::int64_t> take_gemm_record() {
  const std::scoped_lock lock(record_mutex);
  return std::exchange(record, {});
}

}  // namespace prenorm::ops
