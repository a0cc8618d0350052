// Linear regression, where the noise scale is known: x ~ N(0, I_d), y = w*ᵀx + ε, ε ~ N(0, σ²), at w with e = w - w*.
// The gradient of an example is x (xᵀe - ε), its mean e, and tr Σ = (d + 1) ‖e‖² + d σ². Derived from the moments of
// normal variables.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/noise_scale/series.h"

namespace prenorm::papers::noise_scale {

struct Regression {
  std::int64_t d = 16;
  double sigma = 1, error_norm = 0.5;  // σ, ‖e‖

  Moments exact() const;
};

// The moments of `steps` batches of `big` fresh examples each, from small batches of `small` examples. `small` divides
// `big`.
std::vector<Moments> regression_series(const Regression& problem, std::int64_t big, std::int64_t small,
                                       std::int64_t steps, std::uint64_t seed);

}  // namespace prenorm::papers::noise_scale
