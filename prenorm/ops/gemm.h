// The matrix products of a linear map y = x Wᵀ and of its gradient, on contiguous matrices x: [rows, in], W: [out, in],
// y: [rows, out]. The BLAS computes them, or cpu/packed_gemm.h for single precision if it is faster; here they are
// counted.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <tuple>

namespace prenorm::ops {

// y = x Wᵀ, plus b if there is a bias, then max(y, 0) with `relu`
void gemm_forward(at::Tensor& y, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {},
                  bool relu = false);
// grad_x = grad_y W
void gemm_input_gradient(at::Tensor& grad_x, const at::Tensor& grad_y, const at::Tensor& weight);
// grad_weight += scale * grad_yᵀ x
void gemm_weight_gradient(at::Tensor& grad_weight, const at::Tensor& grad_y, const at::Tensor& x, double scale = 1);
// The same; also grad_bias += the column sums of grad_y.
void gemm_weight_and_bias_gradient(at::Tensor& grad_weight, at::Tensor& grad_bias, const at::Tensor& grad_y,
                                   const at::Tensor& x);

// The same, with a bias unless grad_bias is null; grad_bias only with scale 1. Returns the squared Frobenius norm of
// what is added to grad_weight.
double gemm_weight_gradient_with_squares(at::Tensor& grad_weight, at::Tensor* grad_bias, const at::Tensor& grad_y,
                                         const at::Tensor& x, double scale = 1);

enum class GemmKind : std::uint8_t { kForward, kInputGradient, kWeightGradient };
struct GemmShape {
  GemmKind kind;
  std::int64_t rows, in, out;

  double flops() const { return 2.0 * static_cast<double>(rows) * static_cast<double>(in) * static_cast<double>(out); }
  bool operator==(const GemmShape&) const = default;
  friend bool operator<(const GemmShape& a, const GemmShape& b) {
    return std::tie(a.kind, a.rows, a.in, a.out) < std::tie(b.kind, b.rows, b.in, b.out);
  }
};
// The products computed while profiling was on (machine/profile.h), with their counts; clears the record.
std::map<GemmShape, std::int64_t> take_gemm_record();

}  // namespace prenorm::ops
