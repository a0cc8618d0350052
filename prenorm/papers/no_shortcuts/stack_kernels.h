// The networks of network.h as layers of nn/, with the same weights: what models of prenorm compute, beside plain ATen.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "prenorm/papers/no_shortcuts/network.h"

namespace prenorm::papers::no_shortcuts {

// The kernels of the inputs and after each layer of an nn::LayerStack in double precision. A sublayer that the network
// lacks is the identity there. For causal networks without normalisation.
std::vector<at::Tensor> stack_kernels(const NetworkSetting& setting);

// The greatest difference of two lists of kernels, over the greatest entry of the second.
double relative_difference(const std::vector<at::Tensor>& kernels, const std::vector<at::Tensor>& expected);

}  // namespace prenorm::papers::no_shortcuts
