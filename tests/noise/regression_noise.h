// Linear regression whose gradient noise is known in closed form: x is standard normal in d dimensions, the target has
// noise of deviation σ, and the weights are off by e. A single gradient is g = x (x·e - ε), so that ∇L = e,
// tr Σ = (d + 1)‖e‖² + d σ², and the noise scale is (d + 1) + d σ² / ‖e‖².
#pragma once

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "prenorm/base/random.h"
#include "prenorm/noise/moments.h"

namespace prenorm::test {

struct RegressionNoise {
  static constexpr std::size_t kDimensions = 16;
  static constexpr double d = kDimensions;
  double error = 0.5;  // ‖e‖; σ = 1

  double gradient_square() const { return error * error; }
  double gradient_variance() const { return (d + 1) * gradient_square() + d; }
  double noise_scale() const { return gradient_variance() / gradient_square(); }
};

// Two normal numbers at a time (Box & Muller).
class NormalNumbers {
 public:
  explicit NormalNumbers(std::uint64_t key) : random_(key) {}
  double operator()() {
    if (has_second_) {
      has_second_ = false;
      return second_;
    }
    const double radius = std::sqrt(-2 * std::log1p(-random_.uniform())),
                 angle = 2 * std::numbers::pi * random_.uniform();
    second_ = radius * std::sin(angle);
    has_second_ = true;
    return radius * std::cos(angle);
  }

 private:
  RandomStream random_;
  double second_ = 0;
  bool has_second_ = false;
};

using Vector = std::array<double, RegressionNoise::kDimensions>;

inline double square_of(const Vector& v, double divisor) {
  double sum = 0;
  for (const double x : v) sum += (x / divisor) * (x / divisor);
  return sum;
}

// Moments from one batch of `large` examples, cut into small batches of `small` of them.
inline noise::Moments draw_moments(const RegressionNoise& problem, std::size_t large, std::size_t small,
                                   NormalNumbers& normal) {
  Vector all{}, part{};
  double small_square = 0;
  for (std::size_t b = 0; b < large; ++b) {
    Vector x{};
    for (double& value : x) value = normal();
    const double residual = x[0] * problem.error - normal();
    for (std::size_t i = 0; i < x.size(); ++i) {
      all[i] += x[i] * residual;
      part[i] += x[i] * residual;
    }
    if ((b + 1) % small != 0) continue;
    small_square +=
        square_of(part, static_cast<double>(small)) * static_cast<double>(small) / static_cast<double>(large);
    part = {};
  }
  return noise::moments_of(small_square, static_cast<double>(small), square_of(all, static_cast<double>(large)),
                           static_cast<double>(large));
}

}  // namespace prenorm::test
