// The gradient noise scale from means of moments, with a confidence interval.
#pragma once

#include <optional>

#include "prenorm/noise/moments.h"

namespace prenorm::noise {

// Variances and the covariance of an estimate of the two moments: of ‖∇L‖² with itself, of both, of tr Σ with itself.
struct MomentCovariance {
  double square = 0, both = 0, variance = 0;
};

// Examples. The interval has 95 % confidence and is never empty; the noise scale is not below zero, nor is `low`.
struct ScaleEstimate {
  std::optional<double> examples{};  // tr Σ / ‖∇L‖²; nullopt where the estimate of ‖∇L‖² is not positive
  double low = 0;
  std::optional<double> high{};  // nullopt: no upper bound
};

// Fieller's interval ("Some problems in interval estimation", 1954): the ratios r for which tr Σ - r ‖∇L‖² is not
// significantly different from zero by Student's t. Unlike the delta method it has no upper bound where ‖∇L‖² is not
// significantly positive, and its two sides differ in length, as those of a ratio do. `of_mean`: the covariance of the
// means, estimated with this many degrees of freedom; fewer than one give the interval from 0 without upper bound.
ScaleEstimate scale_estimate(const Moments& means, const MomentCovariance& of_mean, double degrees);

}  // namespace prenorm::noise
