#include "prenorm/ops/cpu/bias.h"

#include <ATen/Dispatch.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>

#include "prenorm/machine/profile.h"
#include "prenorm/ops/cpu/dispatch.h"
#include "prenorm/ops/cpu/row_blocks.h"
#include "prenorm/ops/cpu/rows_sum.h"

namespace prenorm::ops::cpu {
namespace {

profile::Operator forward_op{"bias and activation, forward"}, backward_op{"bias and activation, backward"};

template <class T>
PRENORM_INLINE void add_bias_kernel(T* y, const T* bias, std::int64_t rows, std::int64_t columns, bool relu) {
  for (std::int64_t r = 0; r < rows; ++r, y += columns) {
    if (relu) {
#pragma omp simd
      for (std::int64_t c = 0; c < columns; ++c) {
        const T z = y[c] + bias[c];
        y[c] = z < 0 ? T(0) : z;  // so that NaN stays NaN
      }
    } else {
#pragma omp simd
      for (std::int64_t c = 0; c < columns; ++c) y[c] += bias[c];
    }
  }
}

template <class T>
PRENORM_INLINE void relu_backward_kernel(const T* grad_y, const T* y, T* grad_z, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) grad_z[i] = y[i] > 0 ? grad_y[i] : T(0);
}

template <class T>
PRENORM_INLINE void leaky_relu_kernel(T* y, std::int64_t count, T low, T high) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] *= y[i] > 0 ? high : low;
}

template <class T>
PRENORM_INLINE void leaky_relu_backward_kernel(const T* grad_y, const T* y, T* grad_z, std::int64_t count, T low,
                                               T high) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) grad_z[i] = grad_y[i] * (y[i] > 0 ? high : low);
}

}  // namespace

void add_bias(at::Tensor& y, const at::Tensor& bias, bool relu) {
  const profile::Timer timer(forward_op, 0, bytes_of(y, 2));
  const std::int64_t columns = y.size(1);
  AT_DISPATCH_FLOATING_TYPES(y.scalar_type(), "add_bias", [&] {
    auto* out = y.data_ptr<scalar_t>();
    const auto* b = bias.data_ptr<scalar_t>();
    for_each_row_block(y.size(0), [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      run_loops<add_bias_kernel<scalar_t>>(out + begin * columns, b, end - begin, columns, relu);
    });
  });
}

at::Tensor column_sums(const at::Tensor& x) {
  const profile::Timer timer(backward_op, 0, bytes_of(x, 1));
  const std::int64_t rows = x.size(0), columns = x.size(1);
  const at::Tensor partial = at::zeros({row_blocks(rows) + 1, columns}, x.options());
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "column_sums", [&] {
    const auto* values = x.data_ptr<scalar_t>();
    auto* sums = partial.data_ptr<scalar_t>();
    for_each_row_block(rows, [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
      add_rows(values + begin * columns, end - begin, columns, sums + block * columns);
    });
    add_rows(sums, row_blocks(rows), columns, sums + row_blocks(rows) * columns);
  });
  return partial.select(0, row_blocks(rows));
}

at::Tensor relu_backward(const at::Tensor& grad_y, const at::Tensor& y) {
  const profile::Timer timer(backward_op, 0, bytes_of(y, 3));
  const std::int64_t columns = y.size(1);
  at::Tensor grad_z = at::empty_like(y);
  AT_DISPATCH_FLOATING_TYPES(y.scalar_type(), "relu_backward", [&] {
    const auto *g = grad_y.data_ptr<scalar_t>(), *out = y.data_ptr<scalar_t>();
    auto* z = grad_z.data_ptr<scalar_t>();
    for_each_row_block(y.size(0), [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      run_loops<relu_backward_kernel<scalar_t>>(g + begin * columns, out + begin * columns, z + begin * columns,
                                                (end - begin) * columns);
    });
  });
  return grad_z;
}

void leaky_relu(at::Tensor& y, double slope, double gain) {
  const profile::Timer timer(forward_op, 0, bytes_of(y, 2));
  const std::int64_t columns = y.size(1);
  AT_DISPATCH_FLOATING_TYPES(y.scalar_type(), "leaky_relu", [&] {
    auto* out = y.data_ptr<scalar_t>();
    for_each_row_block(y.size(0), [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      run_loops<leaky_relu_kernel<scalar_t>>(out + begin * columns, (end - begin) * columns,
                                             static_cast<scalar_t>(gain * slope), static_cast<scalar_t>(gain));
    });
  });
}

at::Tensor leaky_relu_backward(const at::Tensor& grad_y, const at::Tensor& y, double slope, double gain) {
  const profile::Timer timer(backward_op, 0, bytes_of(y, 3));
  const std::int64_t columns = y.size(1);
  at::Tensor grad_z = at::empty_like(y);
  AT_DISPATCH_FLOATING_TYPES(y.scalar_type(), "leaky_relu_backward", [&] {
    const auto *g = grad_y.data_ptr<scalar_t>(), *out = y.data_ptr<scalar_t>();
    auto* z = grad_z.data_ptr<scalar_t>();
    for_each_row_block(y.size(0), [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      run_loops<leaky_relu_backward_kernel<scalar_t>>(g + begin * columns, out + begin * columns, z + begin * columns,
                                                      (end - begin) * columns, static_cast<scalar_t>(gain * slope),
                                                      static_cast<scalar_t>(gain));
    });
  });
  return grad_z;
}

}  // namespace prenorm::ops::cpu
