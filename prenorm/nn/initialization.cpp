#include "prenorm/nn/initialization.h"

#include <ATen/Dispatch.h>
#include <ATen/core/TensorAccessor.h>

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

Initializer of_matrix(const ModelConfig& config, std::int64_t fan_in, std::int64_t fan_out, double gain) {
  return config.init == WeightInit::kNormal ? normal(gain * config.init_std)
                                            : xavier(config.init, fan_in, fan_out, gain);
}

}  // namespace prenorm::nn
