// A leaky ReLU whose slope suits the depth ("Tailored Activation Transformation", TAT): without norms and shortcuts,
// the correlation of two tokens goes through one map C_s for each nonlinearity, and plain ReLUs take every pair to 1.
#pragma once

#include <cstdint>

#include "prenorm/config/model_config.h"
#include "prenorm/config/stacks.h"
#include "prenorm/ops/linear.h"

namespace prenorm::nn {

// The correlation of two outputs of a leaky ReLU with this slope for inputs of correlation c, in wide layers:
// C_s(c) = c + (1 - s)²/(π (1 + s²)) (√(1 - c²) - c arccos c).
double leaky_relu_correlation(double slope, double c);

// The slope with which `count` maps, one after the other, take correlation 0 to eta; 0 if plain ReLUs stay below it.
double tat_slope(std::int64_t count, double eta);

// The activation of the feed-forward networks of a stack.
ops::ActivationForm activation_of(const ModelConfig& config, Stack stack);

}  // namespace prenorm::nn
