#include "prenorm/nn/initialization.h"

#include <ATen/Dispatch.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/TensorAccessor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace prenorm::nn {
namespace {

template <class Draw>
void fill(at::Tensor& weight, const Draw& draw) {
  AT_DISPATCH_FLOATING_TYPES(weight.scalar_type(), "initialize", [&] {
    auto* values = weight.data_ptr<scalar_t>();
    for (std::int64_t i = 0; i < weight.numel(); ++i) values[i] = static_cast<scalar_t>(draw());
  });
}

// Gram and Schmidt's process, in its modified form. Rows of random numbers are far from dependent, so one pass is exact
// to about 1e-13, and the result does not depend on a BLAS library and its threads.
void make_orthonormal(double* rows, std::int64_t count, std::int64_t columns) {
  const auto dot = [columns](const double* a, const double* b) {
    double sums[8] = {};
    for (std::int64_t c = 0; c < columns; ++c) sums[c % 8] += a[c] * b[c];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  };
  for (std::int64_t i = 0; i < count; ++i) {
    double* const row = rows + i * columns;
    const double norm = std::sqrt(dot(row, row));
    for (std::int64_t c = 0; c < columns; ++c) row[c] /= norm;
    for (std::int64_t k = i + 1; k < count; ++k) {
      double* const later = rows + k * columns;
      const double along = dot(row, later);
      for (std::int64_t c = 0; c < columns; ++c) later[c] -= along * row[c];
    }
  }
}

}  // namespace

Initializer constant(double value) {
  return [value](at::Tensor& weight, RandomStream) { weight.fill_(value); };
}

Initializer normal(double standard_deviation) {
  return [standard_deviation](at::Tensor& weight, RandomStream random) {
    fill(weight, [&] {  // Box and Muller 1958; 1 - u keeps the logarithm finite
      const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
      return standard_deviation * radius * std::cos(2 * std::numbers::pi * random.uniform());
    });
  };
}

Initializer xavier(WeightInit kind, std::int64_t fan_in, std::int64_t fan_out, double gain) {
  const double deviation = gain * std::sqrt(2.0 / static_cast<double>(fan_in + fan_out));
  if (kind == WeightInit::kXavierNormal) return normal(deviation);
  const double bound = std::sqrt(3.0) * deviation;
  return [bound](at::Tensor& weight, RandomStream random) {
    fill(weight, [&] { return bound * (2 * random.uniform() - 1); });
  };
}

Initializer orthogonal(std::int64_t fan_in, std::int64_t fan_out, double gain) {
  const double scale = gain * std::max(std::sqrt(static_cast<double>(fan_out) / static_cast<double>(fan_in)), 1.0);
  return [scale](at::Tensor& weight, RandomStream random) {
    const bool tall = weight.size(0) > weight.size(1);
    at::Tensor rows =
        at::empty({std::min(weight.size(0), weight.size(1)), std::max(weight.size(0), weight.size(1))}, at::kDouble);
    normal(1)(rows, random);
    make_orthonormal(rows.data_ptr<double>(), rows.size(0), rows.size(1));
    weight.copy_(scale * (tall ? rows.t() : rows));
  };
}

Initializer of_matrix(const ModelConfig& config, std::int64_t fan_in, std::int64_t fan_out, double gain) {
  if (config.init == WeightInit::kNormal) return normal(gain * config.init_std);
  if (config.init == WeightInit::kOrthogonal) return orthogonal(fan_in, fan_out, gain);
  return xavier(config.init, fan_in, fan_out, gain);
}

}  // namespace prenorm::nn
