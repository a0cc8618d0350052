#include "prenorm/papers/mesa_optimization/quadratic_loss.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/papers/json.h"

namespace prenorm::papers::mesa_optimization {
namespace {

std::size_t size_of(std::int64_t n) { return static_cast<std::size_t>(n); }

// w_j = B_jk A_lm, by k, l, m.
std::vector<double> outer_row(const Weights& w, std::size_t j) {
  const std::size_t d = size_of(w.dimension);
  std::vector<double> row;
  row.reserve(d * d * d);
  for (std::size_t k = 0; k < d; ++k)
    for (const double a : w.key_query) row.push_back(w.projection_value[j * d + k] * a);
  return row;
}

}  // namespace

double QuadraticLoss::null_loss() const {
  const std::size_t f = size_of(features()), width = f + size_of(dimension);
  double sum = 0;
  for (std::size_t j = f; j < width; ++j) sum += moments[j * width + j] / 2;
  return sum;
}

double QuadraticLoss::loss(const Weights& weights) const {
  double value = 0;
  gradient(weights, &value);
  return value;
}

Weights QuadraticLoss::gradient(const Weights& w, double* loss) const {
  const std::size_t d = size_of(dimension), f = d * d * d, width = f + d;
  Weights gradient = diagonal_weights(dimension, 0, 0);
  if (loss != nullptr) *loss = null_loss();
  for (std::size_t j = 0; j < d; ++j) {
    const std::vector<double> row = outer_row(w, j);
    std::vector<double> slope(f);  // M w_j - c_j: row after row of the symmetric M, so that the loop is over columns
    for (std::size_t i = 0; i < f; ++i) {
      const double* m = moments.data() + i * width;
      for (std::size_t g = 0; g < f; ++g) slope[g] += row[i] * m[g];
    }
    for (std::size_t i = 0; i < f; ++i) {
      const double c = moments[i * width + f + j];
      if (loss != nullptr) *loss += row[i] * (slope[i] - 2 * c) / 2;
      slope[i] -= c;
      gradient.projection_value[j * d + i / (d * d)] += w.key_query[i % (d * d)] * slope[i];
      gradient.key_query[i % (d * d)] += w.projection_value[j * d + i / (d * d)] * slope[i];
    }
  }
  return gradient;
}

Ratio QuadraticLoss::ratio(const Weights& w) const {
  const std::size_t d = size_of(dimension);
  double mean = 0, square = 0;
  for (std::size_t j = 0; j < d; ++j) {
    const double b = w.projection_value[j * d + j];
    for (std::size_t l = 0; l < d; ++l) {
      const double a = w.key_query[l * d + l];
      mean += b * a * ratios.mean[j * d + l];
      for (std::size_t m = 0; m < d; ++m)
        square += b * b * a * w.key_query[m * d + m] * ratios.square[(j * d + l) * d + m];
    }
  }
  return {mean, std::sqrt(std::max(0.0, square - mean * mean))};
}

nlohmann::json to_json(const QuadraticLoss& q) {
  const std::size_t width = size_of(q.features() + q.dimension);
  std::vector<double> upper;  // of a symmetric matrix
  for (std::size_t i = 0; i < width; ++i)
    for (std::size_t k = i; k < width; ++k) upper.push_back(q.moments[i * width + k]);
  return {{"dimension", q.dimension},
          {"upper_moments", upper},
          {"starts", {q.starts.square, q.starts.kappa_1, q.starts.kappa_2, q.starts.kappa_3}},
          {"ratio_mean", q.ratios.mean},
          {"ratio_square", q.ratios.square}};
}

QuadraticLoss quadratic_loss_from_json(const nlohmann::json& json) {
  QuadraticLoss q;
  q.dimension = whole_number(JsonReader(json).at("dimension"), "dimension", {1, 100});
  const std::size_t width = size_of(q.features() + q.dimension);
  const std::vector<double> upper = numbers_field(json, "upper_moments"), starts = numbers_field(json, "starts");
  if (upper.size() != width * (width + 1) / 2 || starts.size() != 4) refuse_json("upper_moments", "half a matrix");
  q.moments.resize(width * width);
  for (std::size_t i = 0, at = 0; i < width; ++i)
    for (std::size_t k = i; k < width; ++k, ++at) q.moments[i * width + k] = q.moments[k * width + i] = upper[at];
  q.starts = {starts[0], starts[1], starts[2], starts[3]};
  q.ratios = {numbers_field(json, "ratio_mean"), numbers_field(json, "ratio_square")};
  return q;
}

}  // namespace prenorm::papers::mesa_optimization
