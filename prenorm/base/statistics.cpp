#include "prenorm/base/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "prenorm/base/error.h"
#include "prenorm/base/student_t.h"

namespace prenorm {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void require_values(const std::vector<double>& values, const char* what) {
  if (values.empty()) throw_error<UsageError>("cannot compute the {} of no values", what);
}

}  // namespace

double median(std::vector<double> values) {
  require_values(values, "median");
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double lower_median(std::vector<double> values) {
  require_values(values, "median");
  const auto middle = values.begin() + (std::ssize(values) - 1) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double quantile(std::vector<double> values, double q) {
  require_values(values, "quantile");
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(place);
  std::nth_element(values.begin(), values.begin() + below, values.end());
  const double low = values[static_cast<std::size_t>(below)];
  const auto next = std::min_element(values.begin() + below + 1, values.end());
  return next == values.end() ? low : low + (place - static_cast<double>(below)) * (*next - low);
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double standard_deviation(std::span<const double> sample) {
  if (sample.size() < 2) return kNaN;
  const double mean = mean_of(sample);
  double squares = 0;
  for (const double value : sample) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(sample.size() - 1));
}

Estimate estimate(std::span<const double> sample) {
  const auto n = std::ssize(sample);
  if (n == 0) return {kNaN, kNaN, 0};
  const double mean = mean_of(sample);
  if (n == 1) return {mean, 0, 1};
  const double t = student_t_975(static_cast<double>(n - 1));
  return {mean, t * standard_deviation(sample) / std::sqrt(static_cast<double>(n)), n};
}

Line fit_line(std::span<const double> x, std::span<const double> y) {
  const double mean_x = mean_of(x), mean_y = mean_of(y);
  double xx = 0, xy = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  if (!(xx > 0)) return {kNaN, mean_y, kNaN};
  const double slope = xy / xx;
  return {slope, mean_y - slope * mean_x, yy > 0 ? xy * xy / (xx * yy) : 1.0};
}

double fit_exponent(std::span<const double> x, std::span<const double> y) {
  std::vector<double> log_x, log_y;
  for (const double value : x) log_x.push_back(std::log(value));
  for (const double value : y) log_y.push_back(std::log(value));
  return fit_line(log_x, log_y).slope;
}

std::vector<double> ranks(std::span<const double> values, std::int64_t first) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> rank(values.size());
  for (std::size_t i = 0, end = 0; i < order.size(); i = end) {
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    for (std::size_t k = i; k < end; ++k)
      rank[order[k]] = static_cast<double>(first) + static_cast<double>(i + end - 1) / 2;
  }
  return rank;
}

double correlation(std::span<const double> x, std::span<const double> y) {
  const Line line = fit_line(x, y), back = fit_line(y, x);
  if (std::isnan(line.slope) || std::isnan(back.slope)) return kNaN;
  return std::copysign(std::sqrt(line.r_squared), line.slope);
}

double rank_correlation(std::span<const double> x, std::span<const double> y) {
  return correlation(ranks(x, 0), ranks(y, 0));
}

}  // namespace prenorm
