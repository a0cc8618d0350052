#include "prenorm/nn/depth_scales.h"

#include <cmath>

#include "prenorm/config/placement.h"

namespace prenorm::nn {
namespace {

bool is_alone(const ModelConfig& config) { return config.encoder_layers == 0 || config.decoder_layers == 0; }

// Counts self-attention and feed-forward network, and cross-attention in a decoder over an encoder.
std::int64_t branches_of(const ModelConfig& config, Stack stack) {
  return layers_of(config, stack) * (stack == Stack::kEncoder || is_alone(config) ? 2 : 3);
}

struct Deepnorm {
  double alpha, beta;
};

Deepnorm deepnorm(const ModelConfig& config, Stack stack) {
  const auto n = static_cast<double>(config.encoder_layers), m = static_cast<double>(config.decoder_layers);
  if (is_alone(config)) return {std::pow(2 * (n + m), 0.25), std::pow(8 * (n + m), -0.25)};
  if (stack == Stack::kDecoder) return {std::pow(3 * m, 0.25), std::pow(12 * m, -0.25)};
  const double root = std::pow(std::pow(n, 4) * m, 1.0 / 16);
  return {0.81 * root, 0.87 / root};
}

}  // namespace

DepthScales depth_scales(const ModelConfig& config, const Place& place) {
  const Stack stack = place.layer.stack;
  DepthScales scales;
  if (traits_of(placement_of(config, place)).stream_scale == StreamScale::kDepth) {
    const Deepnorm constants = deepnorm(config, stack);
    scales = {constants.alpha, {constants.beta, constants.beta}};
  }
  if (config.init_depth_scaled) scales.gains.output /= std::sqrt(static_cast<double>(branches_of(config, stack)));
  return scales;
}

}  // namespace prenorm::nn
