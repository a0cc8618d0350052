#include "prenorm/nn/depth_scales.h"

#include <cmath>

namespace prenorm::nn {

DepthScales encoder_scales(const ModelConfig& config) {
  if (config.norm_placement != NormPlacement::kDeepnorm) return {};
  const auto n = static_cast<double>(config.encoder_layers), m = static_cast<double>(config.decoder_layers);
  const double root = std::pow(std::pow(n, 4) * m, 1.0 / 16);
  return {0.81 * root, 0.87 / root};
}

DepthScales decoder_scales(const ModelConfig& config) {
  if (config.norm_placement != NormPlacement::kDeepnorm) return {};
  const auto m = static_cast<double>(config.decoder_layers);
  const bool alone = config.encoder_layers == 0;
  return {std::pow((alone ? 2 : 3) * m, 0.25), std::pow((alone ? 8 : 12) * m, -0.25)};
}

}  // namespace prenorm::nn
