// Statistics of a handful of numbers: medians and quantiles, means with confidence intervals, lines through points,
// ranks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace prenorm {

// median: the middle value, or the mean of the middle two; lower_median: the lower of the middle two; quantile: the
// value below which a fraction q of the values lies, interpolated linearly. Errors: UsageError if there are no values.
double median(std::vector<double> values);
double lower_median(std::vector<double> values);
double quantile(std::vector<double> values, double q);

double mean_of(std::span<const double> values);  // NaN if empty
// √(Σ (x - mean)² / (n - 1)); NaN for fewer than two values.
double standard_deviation(std::span<const double> sample);

// The mean of a sample and half the width of its 95 % confidence interval by Student's t, which is 0 for a single value
// since nothing is known about its spread.
struct Estimate {
  double mean = 0, half_width_95 = 0;
  std::int64_t count = 0;

  double low() const { return mean - half_width_95; }
  double high() const { return mean + half_width_95; }
};
// An empty sample gives count 0 and NaN.
Estimate estimate(std::span<const double> sample);

// Least squares y = intercept + slope x. With fewer than two different x, slope and r_squared are NaN.
struct Line {
  double slope = 0, intercept = 0, r_squared = 0;
};
Line fit_line(std::span<const double> x, std::span<const double> y);
// The exponent b of y ∝ xᵇ: the slope of ln y over ln x.
double fit_exponent(std::span<const double> x, std::span<const double> y);

// Ranks in ascending order, counted from `first`; equal values share the mean of their ranks.
std::vector<double> ranks(std::span<const double> values, std::int64_t first = 1);

// Pearson's correlation, and Spearman's, of ranks, where equal values share their mean rank. NaN if one side is
// constant.
double correlation(std::span<const double> x, std::span<const double> y);
double rank_correlation(std::span<const double> x, std::span<const double> y);

}  // namespace prenorm
