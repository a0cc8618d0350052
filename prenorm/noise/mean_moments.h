// Means of moments over updates, with what is needed for confidence intervals.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "prenorm/noise/moments.h"
#include "prenorm/noise/scale_estimate.h"

namespace prenorm::noise {

// A mean of the moments x_0, x_1, ... of independent batches with weights w_i, which sum to 1: exponential or equal.
// Both moments are averaged separately, and the noise scale is the ratio of the means: the mean of ratios is far off,
// or negative, since the denominator is often near zero. The covariance of the x_i is that of West (1979) for weighted
// samples, whose expected value is too small by the factor 1 - Σ w_i². The mean has the covariance times Σ w_i², as if
// it were the mean of 1 / Σ w_i² batches; with the weight of the past α that is (1 + α) / (1 - α) after many updates.
// If the moments drift, the drift counts as spread, and the interval gets wider.
class MeanMoments {
 public:
  // y ← keep · y + (1 - keep) · x; the first x becomes the mean whatever `keep` is.
  void add(const Moments& x, double keep);
  // The n-th call gives each of the n moments the weight 1 / n.
  void add_equally(const Moments& x);

  bool empty() const { return square_weights_ == 0; }
  const Moments& mean() const { return mean_; }
  // The number of batches whose plain mean is as exact.
  double batches() const { return empty() ? 0 : 1 / square_weights_; }
  MomentCovariance covariance_of_mean() const;
  ScaleEstimate scale() const;

 private:
  Moments mean_;
  MomentCovariance spread_;    // Σ w_i (x_i - mean)(x_i - mean)'
  double square_weights_ = 0;  // Σ w_i²

  friend void to_json(nlohmann::json& json, const MeanMoments& moments);
  friend void from_json(const nlohmann::json& json, MeanMoments& moments);
  template <class Fields, class T>
  friend void mean_members(Fields&& fields, T& moments);
};

// Errors when reading: JsonError.
void to_json(nlohmann::json& json, const MeanMoments& moments);
void from_json(const nlohmann::json& json, MeanMoments& moments);

}  // namespace prenorm::noise
