#include "prenorm/nn/depth_scales.h"

#include <cmath>

namespace prenorm::nn {

namespace {

constexpr int kEncoderBranches = 2, kDecoderBranches = 3;  // a layer

DepthScales with_gains(const ModelConfig& config, double stream, double gain, std::int64_t branches) {
  const double root = config.init_depth_scaled ? std::sqrt(static_cast<double>(branches)) : 1;
  return {stream, {gain, gain / root}};
}

DepthScales one_stack(const ModelConfig& config, std::int64_t layers) {
  if (config.norm_placement != NormPlacement::kDeepnorm) return with_gains(config, 1, 1, kEncoderBranches * layers);
  const auto l = static_cast<double>(layers);
  return with_gains(config, std::pow(2 * l, 0.25), std::pow(8 * l, -0.25), kEncoderBranches * layers);
}

}  // namespace

DepthScales encoder_scales(const ModelConfig& config) {
  if (config.decoder_layers == 0) return one_stack(config, config.encoder_layers);
  const std::int64_t branches = kEncoderBranches * config.encoder_layers;
  if (config.norm_placement != NormPlacement::kDeepnorm) return with_gains(config, 1, 1, branches);
  const auto n = static_cast<double>(config.encoder_layers), m = static_cast<double>(config.decoder_layers);
  const double root = std::pow(std::pow(n, 4) * m, 1.0 / 16);
  return with_gains(config, 0.81 * root, 0.87 / root, branches);
}

DepthScales decoder_scales(const ModelConfig& config) {
  if (config.encoder_layers == 0) return one_stack(config, config.decoder_layers);
  const std::int64_t branches = kDecoderBranches * config.decoder_layers;
  if (config.norm_placement != NormPlacement::kDeepnorm) return with_gains(config, 1, 1, branches);
  const auto m = static_cast<double>(config.decoder_layers);
  return with_gains(config, std::pow(3 * m, 0.25), std::pow(12 * m, -0.25), branches);
}

}  // namespace prenorm::nn
