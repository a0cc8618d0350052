// The weight matrices of a model one by one, although some of them are stacked in one parameter.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "prenorm/config/stacks.h"
#include "prenorm/nn/parameters.h"

namespace prenorm::nn {

struct WeightMatrix {
  std::optional<Layer> layer;  // nullopt outside of layers
  std::string kind;            // its name in the layer, "self_attention.query"; outside of layers "embedding"
  at::Tensor value;            // [outputs, inputs], a view of the parameter
  std::string parameter{};     // the name of the parameter

  // "encoder.layers.0.self_attention.query"
  std::string name() const;
};

// All of a model with two rows and two columns at least, in the order of its parameters.
std::vector<WeightMatrix> weight_matrices(const Parameters& parameters);

}  // namespace prenorm::nn
