#include "prenorm/papers/no_shortcuts/activation_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace prenorm::papers::no_shortcuts {
namespace {

// Gauss's rule of three points on each of some intervals; f is analytic between `from` and `to`.
template <class Function>
double integral(double from, double to, const Function& f) {
  constexpr int kIntervals = 64;
  const double half = (to - from) / (2 * kIntervals), shift = half * std::sqrt(0.6);
  double sum = 0;
  for (int i = 0; i < kIntervals; ++i) {
    const double middle = from + (2 * i + 1) * half;
    sum += 8 * f(middle) + 5 * (f(middle - shift) + f(middle + shift));
  }
  return sum * half / 9;
}

}  // namespace

// In polar coordinates u = r cos(t), v = r cos(t - t0) with c = cos(t0). f is linear in r, and E r^2 = 2.
double correlation_map(double slope, double c) {
  const double t0 = std::acos(std::clamp(c, -1.0, 1.0));
  constexpr double kHalf = std::numbers::pi / 2;
  // The kinks; between two of them the integrand is a product of cosines.
  std::array<double, 5> kinks = {-kHalf, kHalf, t0 - kHalf, t0 + kHalf, 3 * kHalf};
  std::sort(kinks.begin(), kinks.end());
  const auto leaky = [slope](double x) { return std::max(x, slope * x); };
  const auto integrand = [&](double t) { return leaky(std::cos(t)) * leaky(std::cos(t - t0)); };
  double sum = 0;
  for (std::size_t i = 1; i < kinks.size(); ++i) sum += integral(kinks.at(i - 1), kinks.at(i), integrand);
  return sum / std::numbers::pi * 2 / (1 + slope * slope);
}

double composed_map(double slope, std::int64_t layers, double c) {
  for (std::int64_t layer = 0; layer < layers; ++layer) c = correlation_map(slope, c);
  return c;
}

double slope_for(std::int64_t layers, double target) {
  if (composed_map(0, layers) <= target) return 0;
  double low = 0, high = 1;  // the composed map falls from ReLU's to 0, that of the identity
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (composed_map(middle, layers) > target ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace prenorm::papers::no_shortcuts
