#include "prenorm/papers/encoder_convergence/kernel.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/linalg_eigvalsh.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>

namespace prenorm::papers::encoder_convergence {
namespace {

// The sum over the blocks of tokens of each pair of samples: [N d_s, N d_s] to [N, N].
at::Tensor sum_over_tokens(const at::Tensor& pairs, std::int64_t samples) {
  const std::int64_t tokens = pairs.size(0) / samples;
  return pairs.view({samples, tokens, samples, tokens}).sum({1, 3});
}

// <W A_n, W A_m> for all pairs, from W^T W.
at::Tensor gram_through(const at::Tensor& weight, const at::Tensor& matrices) {
  const at::Tensor flat = matrices.reshape({matrices.size(0), -1});
  const at::Tensor square = weight.t().mm(weight);
  return at::matmul(square, matrices).reshape_as(flat).mm(flat.t());
}

}  // namespace

Kernel kernel_of(Encoder& encoder, const Weights& w) {
  const at::Tensor& f = encoder.features();
  const std::int64_t samples = f.size(0);
  const at::Tensor& d = encoder.activation_gradients(w, at::ones_like(encoder.outputs()));
  const at::Tensor value = d.mm(d.t()) * encoder.mixed().mm(encoder.mixed().t());
  const at::Tensor x = encoder.samples().by_sample();
  // The gradients are W_K P_n^T and W_Q P_n with P_n = sum d_ij x_i x_j^T.
  const at::Tensor pairs = x.transpose(1, 2).bmm(encoder.logit_gradients(w, d).bmm(x));
  return {f.mm(f.t()), sum_over_tokens(value, samples), gram_through(w.key, pairs.transpose(1, 2)),
          gram_through(w.query, pairs)};
}

at::Tensor Kernel::sum() const { return output + value + query + key; }

Spectrum spectrum_of(const at::Tensor& symmetric) {
  const at::Tensor values = at::linalg_eigvalsh(symmetric);
  return {values[0].item<double>(), values[-1].item<double>()};
}

}  // namespace prenorm::papers::encoder_convergence
