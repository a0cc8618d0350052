// How well the noise scale of the normalisations predicts that of all weights in one run.
#pragma once

#include "prenorm/papers/noise_scale/series.h"

namespace prenorm::papers::noise_scale {

// Weight of the past in the running means, that of the public example on characters.
inline constexpr double kSmoothing = 0.95;

struct Prediction {
  double correlation = 0;                    // Pearson's, of both noise scales
  double slope = 0, intercept = 0;           // least squares: total = intercept + slope · norms
  double log_correlation_without_trend = 0;  // of logarithms, each less its line over tokens
  double norm_growth = 0, total_growth = 0;  // mean over the last fifth to that over the first fifth
  double share_used = 0;                     // of the updates; the others have no positive estimate of ‖∇L‖²
};
// From running means without the first tenth.
Prediction predict_total(const Series& series);

}  // namespace prenorm::papers::noise_scale
