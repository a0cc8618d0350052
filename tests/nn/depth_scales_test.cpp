// The constants of deepnorm, computed by hand.
#include "prenorm/nn/depth_scales.h"

#include <gtest/gtest.h>

#include <cmath>

#include "enum_values.h"
#include "prenorm/config/placement.h"

namespace prenorm::nn {
namespace {

constexpr Place kEncoder{{Stack::kEncoder}}, kDecoder{{Stack::kDecoder}};

ModelConfig config_of(std::int64_t encoders, std::int64_t decoders) {
  ModelConfig config;
  config.norm_placement = NormPlacement::kDeepnorm;
  config.encoder_layers = encoders;
  config.decoder_layers = decoders;
  return config;
}

void expect_scales(const DepthScales& scales, double alpha, double beta) {
  EXPECT_NEAR(scales.stream, alpha, 5e-6);
  EXPECT_NEAR(scales.gains.inner, beta, 5e-6);
}

// (6⁴ 6)^(1/16) = 6^(5/16) = 1.750541; 18^(1/4) = 2.059767; 72^(1/4) = 2.912951
// (18⁴ 18)^(1/16) = 18^(5/16) = 2.467588; 54^(1/4) = 2.710806; 216^(1/4) = 3.833659
TEST(DepthScales, OfDeepnormByHand) {
  expect_scales(depth_scales(config_of(6, 6), kEncoder), 1.417938, 0.496989);
  expect_scales(depth_scales(config_of(6, 6), kDecoder), 2.059767, 0.343295);
  expect_scales(depth_scales(config_of(18, 18), kEncoder), 1.998746, 0.352571);
  expect_scales(depth_scales(config_of(18, 18), kDecoder), 2.710806, 0.260847);
  // (2⁴ 16)^(1/16) = 256^(1/16) = √2; 48^(1/4) = 2.632148; 192^(1/4) = 3.722419
  expect_scales(depth_scales(config_of(2, 16), kEncoder), 0.81 * 1.414214, 0.87 / 1.414214);
  expect_scales(depth_scales(config_of(2, 16), kDecoder), 2.632148, 1 / 3.722419);
}

TEST(DepthScales, OfADecoderAlone) { expect_scales(depth_scales(config_of(0, 8), kDecoder), 2, 1 / 2.828427); }

TEST(DepthScales, OfAnEncoderAlone) { expect_scales(depth_scales(config_of(8, 0), kEncoder), 2, 1 / 2.828427); }

// Two branches per layer, three in a decoder with cross-attention.
TEST(DepthScales, OutputsStartSmallerByTheRootOfTheBranches) {
  const auto output_gain = [](std::int64_t encoders, std::int64_t decoders, bool of_encoder) {
    ModelConfig config = config_of(encoders, decoders);
    config.norm_placement = NormPlacement::kPreLn;
    config.init_depth_scaled = true;
    return depth_scales(config, {{of_encoder ? Stack::kEncoder : Stack::kDecoder}}).gains.output;
  };
  EXPECT_DOUBLE_EQ(output_gain(0, 12, false), 1 / std::sqrt(24));
  EXPECT_DOUBLE_EQ(output_gain(8, 0, true), 0.25);
  EXPECT_DOUBLE_EQ(output_gain(8, 3, true), 0.25);
  EXPECT_DOUBLE_EQ(output_gain(8, 3, false), 1.0 / 3);
}

TEST(DepthScales, AreOneUnderOtherPlacements) {
  ModelConfig config = config_of(6, 6);
  for (const NormPlacement placement : prenorm::testing::all_values<NormPlacement>()) {
    if (traits_of(placement).stream_scale == StreamScale::kDepth) continue;
    config.norm_placement = placement;
    for (const Stack stack : kStacks) {
      const DepthScales scales = depth_scales(config, {{stack}});
      EXPECT_EQ(scales.stream, 1);
      EXPECT_EQ(scales.gains.inner, 1);
      EXPECT_EQ(scales.gains.output, 1);
    }
  }
}

}  // namespace
}  // namespace prenorm::nn
