#include "prenorm/papers/noise_scale/series.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/noise/mean_moments.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::noise_scale {
namespace {

std::vector<double> column(const std::vector<Moments>& series, double Moments::*member) {
  std::vector<double> values;
  for (const Moments& m : series) values.push_back(m.*member);
  return values;
}

std::vector<Moments> joined(const std::vector<double>& squares, const std::vector<double>& variances) {
  std::vector<Moments> series;
  for (std::size_t i = 0; i < std::min(squares.size(), variances.size()); ++i)
    series.push_back({squares[i], variances[i]});
  return series;
}

}  // namespace

std::vector<Moments> Series::total() const {
  std::vector<Moments> sum = norms;
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += others[i];
  return sum;
}

nlohmann::json to_json(const Series& series) {
  return {{"tokens", series.tokens},
          {"loss", numbers_to_json(series.loss)},
          {"norm_square", numbers_to_json(column(series.norms, &Moments::gradient_square))},
          {"norm_variance", numbers_to_json(column(series.norms, &Moments::gradient_variance))},
          {"other_square", numbers_to_json(column(series.others, &Moments::gradient_square))},
          {"other_variance", numbers_to_json(column(series.others, &Moments::gradient_variance))}};
}

Series series_from_json(const nlohmann::json& json) {
  return {numbers_field(json, "tokens"), numbers_field(json, "loss"),
          joined(numbers_field(json, "norm_square"), numbers_field(json, "norm_variance")),
          joined(numbers_field(json, "other_square"), numbers_field(json, "other_variance"))};
}

std::vector<Moments> smoothed(std::span<const Moments> series, double a) {
  std::vector<Moments> means;
  noise::MeanMoments mean;
  for (const Moments& m : series) {
    mean.add(m, a);
    means.push_back(mean.mean());
  }
  return means;
}

double ratio(const Moments& moments) { return moments.gradient_variance / moments.gradient_square; }

std::vector<double> ratios(std::span<const Moments> means) {
  std::vector<double> values;
  for (const Moments& m : means) values.push_back(ratio(m));
  return values;
}

Ratio ratio_of_means(std::span<const Moments> series) {
  noise::MeanMoments mean;
  for (const Moments& m : series) mean.add_equally(m);
  const double r = ratio(mean.mean());
  const noise::MomentCovariance c = mean.covariance_of_mean();
  const double variance = c.variance - 2 * r * c.both + r * r * c.square;
  return {r, std::sqrt(std::max(variance, 0.0)) / std::abs(mean.mean().gradient_square)};
}

}  // namespace prenorm::papers::noise_scale
