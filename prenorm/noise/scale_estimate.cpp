#include "prenorm/noise/scale_estimate.h"

#include <algorithm>
#include <cmath>

#include "prenorm/base/student_t.h"

namespace prenorm::noise {
namespace {

// The set of r ≥ 0 with a r² - 2 b r + c ≤ 0, as far as one interval holds it.
void solve(double a, double b, double c, ScaleEstimate& estimate) {
  const double square = b * b - a * c;
  if (!std::isfinite(square)) return;                    // numbers beyond what a double holds
  const double root = std::sqrt(std::max(0.0, square));  // the ratio of the means solves it, up to rounding
  if (a > 0) {
    estimate.low = std::max(0.0, (b - root) / a);
    estimate.high = std::max(0.0, (b + root) / a);
  } else if (a < 0 && c > 0) {
    estimate.low = (b - root) / a;  // everything above the positive root
  }
}

}  // namespace

ScaleEstimate scale_estimate(const Moments& means, const MomentCovariance& of_mean, double degrees) {
  const double g = means.gradient_square, s = means.gradient_variance;
  ScaleEstimate estimate;
  if (g > 0) estimate.examples = s / g;
  if (!(degrees >= 1)) return estimate;
  const double t = student_t_975(degrees), t2 = t * t;
  const double a = g * g - t2 * of_mean.square, b = s * g - t2 * of_mean.both, c = s * s - t2 * of_mean.variance;
  // A square that is significantly negative says that the assumptions fail, and nothing about the ratio.
  if (a < 0 || g > 0) solve(a, b, c, estimate);
  return estimate;
}

}  // namespace prenorm::noise
