#include "prenorm/papers/noise_scale/analysis.h"

#include <cmath>

#include "prenorm/base/statistics.h"

namespace prenorm::papers::noise_scale {
namespace {

std::vector<double> without_trend(const std::vector<double>& x, std::vector<double> y) {
  const Line line = fit_line(x, y);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] -= line.intercept + line.slope * x[i];
  return y;
}

std::vector<double> logarithms(std::vector<double> values) {
  for (double& value : values) value = std::log(value);
  return values;
}

double growth(std::span<const double> values) {
  const std::size_t fifth = values.size() / 5;
  return mean_of(values.last(fifth)) / mean_of(values.first(fifth));
}

// Both noise scales over tokens.
struct Pairs {
  std::vector<double> tokens, norms, total;
};

// Without the first tenth, where a running mean lags behind the gradient's fall, and without points that have no noise
// scale.
Pairs pairs_of(const Series& series) {
  const std::vector<Moments> norms = smoothed(series.norms, kSmoothing);
  const std::vector<Moments> total = smoothed(series.total(), kSmoothing);
  Pairs pairs;
  for (std::size_t i = series.size() / 10; i < series.size(); ++i) {
    if (norms[i].gradient_square <= 0 || total[i].gradient_square <= 0) continue;
    pairs.tokens.push_back(series.tokens[i]);
    pairs.norms.push_back(ratio(norms[i]));
    pairs.total.push_back(ratio(total[i]));
  }
  return pairs;
}

}  // namespace

Prediction predict_total(const Series& series) {
  const Pairs p = pairs_of(series);
  const Line line = fit_line(p.norms, p.total);
  return {.correlation = correlation(p.norms, p.total),
          .slope = line.slope,
          .intercept = line.intercept,
          .log_correlation_without_trend =
              correlation(without_trend(p.tokens, logarithms(p.norms)), without_trend(p.tokens, logarithms(p.total))),
          .norm_growth = growth(p.norms),
          .total_growth = growth(p.total),
          .share_used = static_cast<double>(p.tokens.size()) / static_cast<double>(series.size() - series.size() / 10)};
}

}  // namespace prenorm::papers::noise_scale
