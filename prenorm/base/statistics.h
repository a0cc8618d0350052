// Statistics of a handful of numbers: medians and quantiles, means with confidence intervals, lines through points,
// ranks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace prenorm {

// The middle value; the mean of the two in the middle (median) or the lower of them (lower_median); the value that a
// share q of the values lies below, on a straight line between neighbours (quantile). Errors: UsageError if there are
// none.
double median(std::vector<double> values);
double lower_median(std::vector<double> values);
double quantile(std::vector<double> values, double q);

double mean_of(std::span<const double> values);  // NaN of none

// The mean of a sample and half the width of its 95 % confidence interval by Student's t; 0 for a single value, of
// which nothing can be said.
struct Estimate {
  double mean = 0, half_width_95 = 0;
  std::int64_t count = 0;

  double low() const { return mean - half_width_95; }
  double high() const { return mean + half_width_95; }
};
// Of an empty sample: count 0 and NaN.
Estimate estimate(std::span<const double> sample);

// Least squares y = intercept + slope x. Needs two different x; else slope and r_squared are NaN.
struct Line {
  double slope = 0, intercept = 0, r_squared = 0;
};
Line fit_line(std::span<const double> x, std::span<const double> y);
// The exponent b of y ∝ xᵇ: the slope of ln y over ln x.
double fit_exponent(std::span<const double> x, std::span<const double> y);

// Places in ascending order, counted from `first`; equal values share the mean of theirs.
std::vector<double> ranks(std::span<const double> values, std::int64_t first = 1);

// Spearman's rank correlation; equal values share their mean rank. NaN where one side is constant.
double rank_correlation(std::span<const double> x, std::span<const double> y);

}  // namespace prenorm
