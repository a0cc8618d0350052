// The slope of TAT's leaky ReLU.
#include "prenorm/nn/activation_shape.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <tuple>

namespace prenorm::nn {
namespace {

double composed(double slope, int count) {
  double c = 0;
  for (int i = 0; i < count; ++i) c = leaky_relu_correlation(slope, c);
  return c;
}

// E[f(u) f(v)] of standard normal u and v with correlation c, by quadrature over a plane.
double correlation_by_quadrature(double slope, double c) {
  const auto f = [&](double z) { return z > 0 ? z : slope * z; };
  constexpr double kReach = 8, kStep = 0.02;
  double product = 0, square = 0;
  for (double u = -kReach; u <= kReach; u += kStep)
    for (double w = -kReach; w <= kReach; w += kStep) {
      const double weight = std::exp(-(u * u + w * w) / 2), v = c * u + std::sqrt(1 - c * c) * w;
      product += weight * f(u) * f(v);
      square += weight * f(u) * f(u);
    }
  return product / square;
}

TEST(TatSlope, ItsMapIsTheCorrelationOfTwoOutputs) {
  for (const double slope : {0.0, 0.35, 0.9})
    for (const double c : {-0.5, 0.0, 0.3, 0.95})
      EXPECT_NEAR(leaky_relu_correlation(slope, c), correlation_by_quadrature(slope, c), 2e-4) << slope << " " << c;
  EXPECT_EQ(leaky_relu_correlation(1, 0.3), 0.3);
  EXPECT_EQ(leaky_relu_correlation(0.2, 1), 1);
  EXPECT_NEAR(leaky_relu_correlation(0, 0), 1 / std::numbers::pi, 1e-15);
}

TEST(TatSlope, TakesCorrelationZeroToEta) {
  for (const auto& [count, slope] : {std::tuple{18, 0.146}, {24, 0.239}, {36, 0.351}, {48, 0.421}, {72, 0.508}}) {
    EXPECT_NEAR(tat_slope(count, 0.9), slope, 5e-4) << count;
    EXPECT_NEAR(composed(tat_slope(count, 0.9), count), 0.9, 1e-12) << count;
  }
  for (const int count : {0, 1, 2, 6, 12}) EXPECT_EQ(tat_slope(count, 0.9), 0) << count;
  EXPECT_NEAR(composed(tat_slope(12, 0.5), 12), 0.5, 1e-12);
  EXPECT_NEAR(composed(0, 36), 0.979, 5e-4);
}

TEST(TatSlope, IsThatOfTheStack) {
  ModelConfig config;
  config.encoder_layers = 36;
  config.decoder_layers = 6;
  EXPECT_EQ(activation_of(config, Stack::kEncoder).slope, 0);
  config.activation = Activation::kTatRelu;
  EXPECT_NEAR(activation_of(config, Stack::kEncoder).slope, 0.351, 5e-4);
  EXPECT_EQ(activation_of(config, Stack::kDecoder).slope, 0);
  EXPECT_NEAR(activation_of(config, Stack::kEncoder).gain(), std::sqrt(2 / (1 + 0.351 * 0.351)), 1e-3);
}

}  // namespace
}  // namespace prenorm::nn
