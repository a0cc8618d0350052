#include "prenorm/nn/activation_shape.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace prenorm::nn {
namespace {

double composed_correlation(double slope, std::int64_t count) {
  double c = 0;
  for (std::int64_t i = 0; i < count; ++i) c = leaky_relu_correlation(slope, c);
  return c;
}

}  // namespace

double leaky_relu_correlation(double slope, double c) {
  const double x = std::clamp(c, -1.0, 1.0), gap = (1 - slope) * (1 - slope) / (std::numbers::pi * (1 + slope * slope));
  return x + gap * (std::sqrt(1 - x * x) - x * std::acos(x));
}

// The composed correlation falls as the slope grows, to 0 for the identity.
double tat_slope(std::int64_t count, double eta) {
  if (composed_correlation(0, count) <= eta) return 0;
  double low = 0, high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (composed_correlation(middle, count) > eta ? low : high) = middle;
  }
  return high;
}

ops::ActivationForm activation_of(const ModelConfig& config, Stack stack) {
  if (config.activation != Activation::kTatRelu) return config.activation;
  return {config.activation, tat_slope(layers_of(config, stack), config.tat_eta)};
}

}  // namespace prenorm::nn
