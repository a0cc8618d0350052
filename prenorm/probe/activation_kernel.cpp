#include "prenorm/probe/activation_kernel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace prenorm::probe {
namespace {

using std::numbers::pi;

// The share of pairs with both numbers above 0, doubled; and E max(u, 0) max(v, 0) over half of the variance.
double both_positive(double c) { return 1 - std::acos(c) / pi; }
double positive_product(double c) { return std::sqrt(std::max(0.0, 1 - c * c)) / pi + c * both_positive(c); }

// E f(u) f(v) over a grid of two independent Gaussian numbers, u = σ x and v = σ (c x + √(1 - c²) y).
template <class Function>
double expected_product(const Function& f, double variance, double c) {
  constexpr int kSteps = 160;
  constexpr double kReach = 8, kStep = 2 * kReach / kSteps;
  const double deviation = std::sqrt(variance), other = std::sqrt(std::max(0.0, 1 - c * c));
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double x = -kReach + i * kStep;
    double inner = 0;
    for (int j = 0; j <= kSteps; ++j) {
      const double y = -kReach + j * kStep;
      inner += f(deviation * (c * x + other * y)) * std::exp(-y * y / 2);
    }
    sum += f(deviation * x) * std::exp(-x * x / 2) * inner;
  }
  return sum * kStep * kStep / (2 * pi);
}

double tanh_of_gelu(double z) { return std::tanh(std::sqrt(2 / pi) * (z + 0.044715 * z * z * z)); }

}  // namespace

double value_of(const ActivationShape& shape, double z) {
  switch (shape.kind) {
    case Activation::kTatRelu:
    case Activation::kRelu: return shape.scale * (z > 0 ? z : shape.negative_slope * z);
    case Activation::kGelu: return z * std::erfc(-z / std::numbers::sqrt2) / 2;
    case Activation::kGeluTanh: return z / 2 * (1 + tanh_of_gelu(z));
  }
  return z;
}

double slope_of(const ActivationShape& shape, double z) {
  switch (shape.kind) {
    case Activation::kTatRelu:
    case Activation::kRelu: return shape.scale * (z > 0 ? 1 : shape.negative_slope);
    case Activation::kGelu:
      return std::erfc(-z / std::numbers::sqrt2) / 2 + z * std::exp(-z * z / 2) / std::sqrt(2 * pi);
    case Activation::kGeluTanh: {
      const double t = tanh_of_gelu(z);
      return (1 + t) / 2 + z / 2 * (1 - t * t) * std::sqrt(2 / pi) * (1 + 3 * 0.044715 * z * z);
    }
  }
  return 1;
}

double product_of_values(const ActivationShape& shape, double variance, double correlation) {
  const double c = std::clamp(correlation, -1.0, 1.0);
  if (shape.kind != Activation::kRelu)
    return expected_product([&](double z) { return value_of(shape, z); }, variance, c);
  const double s = shape.negative_slope;
  return shape.scale * shape.scale * variance / 2 * ((1 + s * s) * positive_product(c) - 2 * s * positive_product(-c));
}

double product_of_slopes(const ActivationShape& shape, double variance, double correlation) {
  const double c = std::clamp(correlation, -1.0, 1.0);
  if (shape.kind != Activation::kRelu)
    return expected_product([&](double z) { return slope_of(shape, z); }, variance, c);
  const double s = shape.negative_slope;
  return shape.scale * shape.scale * ((1 + s * s) * both_positive(c) / 2 + s * both_positive(-c));
}

}  // namespace prenorm::probe
