#include "prenorm/ops/cpu/gelu.h"

#include <ATen/Dispatch.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gelu_backward.h>

#include <cmath>
#include <numbers>

#include "prenorm/machine/profile.h"
#include "prenorm/ops/cpu/dispatch.h"
#include "prenorm/ops/cpu/exp.h"
#include "prenorm/ops/cpu/row_blocks.h"

namespace prenorm::ops::cpu {
namespace {

profile::Operator forward_op{"GELU, forward"}, backward_op{"GELU, backward"};

// Weight and derivative of GELU(z) = z · weight(z).
template <class T>
struct Values {
  T weight, derivative;
};

// Φ by Abramowitz & Stegun 1964, 7.1.26, whose exponential also gives the density.
PRENORM_INLINE Values<float> exact(float z) {
  const float magnitude = std::abs(z);
  float density = -0.5F * z * z;
  exp_of_negative<float>(density);
  const float t = 1 / (1 + 0.3275911F / std::numbers::sqrt2_v<float> * magnitude);
  const float polynomial =
      t * (0.254829592F + t * (-0.284496736F + t * (1.421413741F + t * (-1.453152027F + t * 1.061405429F))));
  const float tail = 0.5F * polynomial * density;
  const float weight = z < 0 ? tail : 1 - tail;
  constexpr float kNormal = std::numbers::inv_sqrtpi_v<float> / std::numbers::sqrt2_v<float>;
  return {weight, weight + z * kNormal * density};
}

// (1 + tanh u) / 2 = 1 / (1 + e^(-2u))
template <class T>
PRENORM_INLINE Values<T> by_tanh(T z) {
  constexpr T kCubic = T(0.044715);
  constexpr T kTwice = 2 * std::numbers::sqrt2_v<T> * std::numbers::inv_sqrtpi_v<T>;
  const T u = kTwice * z * (1 + kCubic * z * z);
  T e = -std::abs(u);
  exp_of_negative<T>(e);
  const T s = 1 / (1 + e), weight = u < 0 ? e * s : s;
  return {weight, weight + z * e * s * s * kTwice * (1 + 3 * kCubic * z * z)};
}

template <class T, Gelu kKind>
PRENORM_INLINE Values<T> values(T z) {
  if constexpr (kKind == Gelu::kExact)
    return exact(z);
  else
    return by_tanh<T>(z);
}

template <class T, Gelu kKind>
PRENORM_INLINE void forward(const T* z, T* y, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = z[i] * values<T, kKind>(z[i]).weight;
}

template <class T, Gelu kKind>
PRENORM_INLINE void backward(const T* grad_y, const T* z, T* grad_z, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) grad_z[i] = grad_y[i] * values<T, kKind>(z[i]).derivative;
}

// The exact variant exists in single precision only.
template <class T>
void run_forward(Gelu kind, const T* z, T* y, std::int64_t count) {
  if constexpr (std::is_same_v<T, float>)
    if (kind == Gelu::kExact) return run_loops<forward<float, Gelu::kExact>>(z, y, count);
  run_loops<forward<T, Gelu::kTanh>>(z, y, count);
}
template <class T>
void run_backward(Gelu kind, const T* grad_y, const T* z, T* grad_z, std::int64_t count) {
  if constexpr (std::is_same_v<T, float>)
    if (kind == Gelu::kExact) return run_loops<backward<float, Gelu::kExact>>(grad_y, z, grad_z, count);
  run_loops<backward<T, Gelu::kTanh>>(grad_y, z, grad_z, count);
}

// Calls f(first element, count) for blocks of rows of x, on all threads.
template <class F>
void for_each_block(const at::Tensor& x, const F& f) {
  const std::int64_t columns = x.size(1);
  for_each_row_block(x.size(0), [&](std::int64_t, std::int64_t begin, std::int64_t end) {
    f(begin * columns, (end - begin) * columns);
  });
}

}  // namespace

at::Tensor gelu(const at::Tensor& z, Gelu kind) {
  if (kind == Gelu::kExact && z.scalar_type() != at::kFloat) return at::gelu(z);
  const profile::Timer timer(forward_op, 0, bytes_of(z, 2));
  at::Tensor y = at::empty_like(z);
  AT_DISPATCH_FLOATING_TYPES(z.scalar_type(), "gelu", [&] {
    const auto* in = z.data_ptr<scalar_t>();
    auto* out = y.data_ptr<scalar_t>();
    for_each_block(z, [&](std::int64_t first, std::int64_t count) {
      run_forward<scalar_t>(kind, in + first, out + first, count);
    });
  });
  return y;
}

at::Tensor gelu_backward(const at::Tensor& grad_y, const at::Tensor& z, Gelu kind) {
  if (kind == Gelu::kExact && z.scalar_type() != at::kFloat) return at::gelu_backward(grad_y, z);
  const profile::Timer timer(backward_op, 0, bytes_of(z, 3));
  at::Tensor grad_z = at::empty_like(z);
  AT_DISPATCH_FLOATING_TYPES(z.scalar_type(), "gelu_backward", [&] {
    const auto *grad = grad_y.data_ptr<scalar_t>(), *in = z.data_ptr<scalar_t>();
    auto* out = grad_z.data_ptr<scalar_t>();
    for_each_block(z, [&](std::int64_t first, std::int64_t count) {
      run_backward<scalar_t>(kind, grad + first, in + first, out + first, count);
    });
  });
  return grad_z;
}

}  // namespace prenorm::ops::cpu
