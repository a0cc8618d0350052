// The network of network.h built from the layers that prenorm trains.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "prenorm/config/model_config.h"
#include "prenorm/papers/no_shortcuts/network.h"

namespace prenorm::papers::no_shortcuts {

ModelConfig model_config(const NetworkSetting& setting);

// The kernels x x^T / d_model of the inputs and after each layer, from a model that computes with `dtype`; the kernels
// are double.
std::vector<at::Tensor> model_kernels(const NetworkSetting& setting, at::ScalarType dtype = at::kFloat);

}  // namespace prenorm::papers::no_shortcuts
