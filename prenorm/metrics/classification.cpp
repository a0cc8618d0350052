#include "prenorm/metrics/classification.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "prenorm/base/statistics.h"

namespace prenorm::metrics {
namespace {

// 0 / 0 is 0.
double ratio(double a, double b) { return b > 0 ? a / b : 0; }

std::vector<double> counts_of(std::span<const std::int64_t> classes, std::int64_t count) {
  std::vector<double> counts(static_cast<std::size_t>(count));
  for (const std::int64_t c : classes) ++counts[c];
  return counts;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

bool all_same(std::span<const double> values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

}  // namespace

double accuracy(std::span<const std::int64_t> predicted, std::span<const std::int64_t> right) {
  double same = 0;
  for (std::size_t i = 0; i < right.size(); ++i) same += predicted[i] == right[i] ? 1 : 0;
  return ratio(same, static_cast<double>(right.size()));
}

double f1(std::span<const std::int64_t> predicted, std::span<const std::int64_t> right) {
  double both = 0, either = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    both += predicted[i] == 1 && right[i] == 1 ? 1 : 0;
    either += (predicted[i] == 1 ? 1 : 0) + (right[i] == 1 ? 1 : 0);
  }
  return ratio(2 * both, either);
}

double matthews(std::span<const std::int64_t> predicted, std::span<const std::int64_t> right) {
  std::int64_t classes = 0;
  for (const auto side : {predicted, right})
    for (const std::int64_t c : side) classes = std::max(classes, c + 1);
  const std::vector<double> p = counts_of(predicted, classes), r = counts_of(right, classes);
  const auto n = static_cast<double>(right.size());
  const double covariance = accuracy(predicted, right) * n * n - dot(p, r);
  return ratio(covariance, std::sqrt((n * n - dot(p, p)) * (n * n - dot(r, r))));
}

double pearson(std::span<const double> predicted, std::span<const double> right) {
  if (!all_finite(predicted) || !all_finite(right)) return 0;
  // Their mean may be off by a rounding error, which would look like a variance.
  if (all_same(predicted) || all_same(right)) return 0;
  const auto n = static_cast<double>(right.size());
  const double mean_p = std::accumulate(predicted.begin(), predicted.end(), 0.0) / n;
  const double mean_r = std::accumulate(right.begin(), right.end(), 0.0) / n;
  double both = 0, square_p = 0, square_r = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    const double p = predicted[i] - mean_p, r = right[i] - mean_r;
    both += p * r;
    square_p += p * p;
    square_r += r * r;
  }
  return std::clamp(ratio(both, std::sqrt(square_p) * std::sqrt(square_r)), -1.0, 1.0);
}

double spearman(std::span<const double> predicted, std::span<const double> right) {
  if (!all_finite(predicted) || !all_finite(right)) return 0;
  return pearson(ranks(predicted), ranks(right));
}

}  // namespace prenorm::metrics
