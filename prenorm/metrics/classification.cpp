#include "prenorm/metrics/classification.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "prenorm/base/error.h"

namespace prenorm::metrics {
namespace {

void check_sizes(std::size_t predicted, std::size_t right) {
  if (predicted != right)
    throw_error<DataError>("there are {} predictions but {} examples; give one for each", predicted, right);
  if (predicted == 0) throw_error<DataError>("there is nothing to score: no predictions and no examples");
}

// Place of each value in ascending order, counted from 1; equal values share the mean of theirs.
std::vector<double> ranks(Values values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) result[order[i]] = static_cast<double>(begin + 1 + end) / 2;
  }
  return result;
}

double mean(Values values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

bool any_nan(Values values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

bool constant(Values values) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

}  // namespace

double accuracy(Classes predicted, Classes right) {
  check_sizes(predicted.size(), right.size());
  std::size_t hits = 0;
  for (std::size_t i = 0; i < right.size(); ++i) hits += predicted[i] == right[i];
  return static_cast<double>(hits) / static_cast<double>(right.size());
}

double f1(Classes predicted, Classes right, std::int64_t positive) {
  check_sizes(predicted.size(), right.size());
  std::int64_t both = 0, either = 0;  // true positives; positives of both sides together
  for (std::size_t i = 0; i < right.size(); ++i) {
    both += predicted[i] == positive && right[i] == positive;
    either += (predicted[i] == positive) + (right[i] == positive);
  }
  return either == 0 ? 0 : 2 * static_cast<double>(both) / static_cast<double>(either);
}

double matthews(Classes predicted, Classes right) {
  check_sizes(predicted.size(), right.size());
  std::map<std::int64_t, std::pair<double, double>> counts;  // of each class, predicted and right
  double hits = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    ++counts[predicted[i]].first;
    ++counts[right[i]].second;
    hits += predicted[i] == right[i];
  }
  const auto all = static_cast<double>(right.size());
  double both = all * hits, of_predicted = all * all, of_right = all * all;
  for (const auto& [label, count] : counts) {
    both -= count.first * count.second;
    of_predicted -= count.first * count.first;
    of_right -= count.second * count.second;
  }
  return of_predicted == 0 || of_right == 0 ? 0 : both / std::sqrt(of_predicted * of_right);
}

double pearson(Values predicted, Values right) {
  check_sizes(predicted.size(), right.size());
  if (any_nan(predicted) || any_nan(right)) return std::numeric_limits<double>::quiet_NaN();
  if (constant(predicted) || constant(right)) return 0;
  const double predicted_mean = mean(predicted), right_mean = mean(right);
  double both = 0, of_predicted = 0, of_right = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    const double a = predicted[i] - predicted_mean, b = right[i] - right_mean;
    both += a * b;
    of_predicted += a * a;
    of_right += b * b;
  }
  const double scale = std::sqrt(of_predicted) * std::sqrt(of_right);
  return scale == 0 ? 0 : std::clamp(both / scale, -1.0, 1.0);
}

double spearman(Values predicted, Values right) {
  check_sizes(predicted.size(), right.size());
  if (any_nan(predicted) || any_nan(right)) return std::numeric_limits<double>::quiet_NaN();
  return pearson(ranks(predicted), ranks(right));
}

}  // namespace prenorm::metrics
