// Initial weights. Random values depend on a key (seed and parameter name), not on the order of construction.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

#include "prenorm/base/random.h"
#include "prenorm/config/model_config.h"

namespace prenorm::nn {

// Fills a contiguous tensor.
using Initializer = std::function<void(at::Tensor& weight, RandomStream random)>;

Initializer constant(double value);
Initializer normal(double standard_deviation);
// Glorot & Bengio 2010: variance gain² * 2 / (fan_in + fan_out), uniform or Gaussian.
Initializer xavier(WeightInit kind, std::int64_t fan_in, std::int64_t fan_out, double gain = 1.0);
// A random matrix with orthonormal rows, or columns if it has more rows than columns (uniform over all of them), times
// gain max(√(fan_out/fan_in), 1): outputs have the mean square of the inputs, or as much as the rank allows.
Initializer orthogonal(std::int64_t fan_in, std::int64_t fan_out, double gain = 1.0);
// The initialiser of a matrix according to config.init.
Initializer of_matrix(const ModelConfig& config, std::int64_t fan_in, std::int64_t fan_out, double gain = 1.0);

}  // namespace prenorm::nn
