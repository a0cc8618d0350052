// A square matrix of weights over the elements of a token, as a heat map.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "prenorm/papers/results.h"

namespace prenorm::papers::icl_gradient_descent {

// The last row and column are those of the label if `of_label`.
HeatMap weight_map(std::string title, const at::Tensor& weights, bool of_label);

}  // namespace prenorm::papers::icl_gradient_descent
