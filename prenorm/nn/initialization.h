// How weights start. Random values follow from a key (seed and parameter name), not from the order of construction.
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
// What config.init says of a matrix.
Initializer of_matrix(const ModelConfig& config, std::int64_t fan_in, std::int64_t fan_out, double gain = 1.0);

}  // namespace prenorm::nn
