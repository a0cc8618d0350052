#include "prenorm/papers/mesa_optimization/entry_gradients.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "prenorm/papers/json.h"

namespace prenorm::papers::mesa_optimization {
namespace {

// Sums of values and of squares become the mean and its standard error.
void finish_block(std::vector<double>& mean, std::vector<double>& error, double count) {
  for (std::size_t i = 0; i < mean.size(); ++i) {
    mean[i] /= count;
    error[i] = std::sqrt(std::max(0.0, error[i] / count - mean[i] * mean[i]) / (count - 1));
  }
}

void add_block(const std::vector<double>& value, const std::vector<double>& expected, std::vector<double>& sum,
               std::vector<double>& square_sum) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const double off = value[i] - expected[i];
    sum[i] += off;
    square_sum[i] += off * off;
  }
}

EntryGradients scan_sequences(const DataSet& data, ScalarPoint point) {
  const std::int64_t d = data.law.dimension;
  const LayerWeights layer = layer_weights(diagonal_weights(d, point.a, point.b));
  const LayerWeights zero = layer_weights(diagonal_weights(d, 0, 0));
  EntryGradients scan{d, zero, zero};
  LayerWeights &sum = scan.mean, &squares = scan.standard_error;
  for (std::int64_t i = 0; i < data.sequences; ++i) {
    if (i % 100 == 0) Cells::stop_if_asked();
    const Sequence sequence = draw_sequence(data, i);
    const LayerWeights g = sequence_gradient(layer, states_of(sequence, data.law.length));
    const LayerWeights expected = expected_gradient(data.law, sequence.start, point);
    add_block(g.projection_value, expected.projection_value, sum.projection_value, squares.projection_value);
    add_block(g.key_query, expected.key_query, sum.key_query, squares.key_query);
  }
  const auto count = static_cast<double>(data.sequences);
  finish_block(sum.projection_value, squares.projection_value, count);
  finish_block(sum.key_query, squares.key_query, count);
  return scan;
}

constexpr double kRounding = 1e-9;  // of gradients of 1 to 1000

void take_farthest(double& farthest, double mean, double error) {
  if (error > kRounding)
    farthest = std::max(farthest, std::abs(mean) / error);
  else if (std::abs(mean) > kRounding)
    farthest = std::numeric_limits<double>::infinity();
}

}  // namespace

LayerWeights expected_gradient(const SequenceLaw& law, const std::vector<double>& start, ScalarPoint point) {
  const auto d = static_cast<std::size_t>(law.dimension);
  const auto [a, b] = point;
  const Theory per_unit = theory_of(law, {0, 1, 1, 0});
  const double terms = per_unit.terms, h = per_unit.harmonic_sum;
  Weights g = diagonal_weights(law.dimension, 0, 0);
  if (law.start == StartLaw::kOnes)
    g.key_query.assign(d * d, std::pow(law.scale, 4) * ones_off_diagonal_gradient(law, a, b));
  double squares = 0, fourths = 0;
  for (const double x : start) {
    squares += x * x;
    fourths += x * x * x * x;
  }
  for (std::size_t j = 0; j < d; ++j) {
    const double x2 = start[j] * start[j], x4 = x2 * x2;
    const double key = terms * x4 * x2 + h * x4 * (squares - x2), value = terms * x4 * x2 + h * x2 * (fourths - x4);
    g.key_query[j * d + j] = b * (a * b * key - terms * x4);
    g.projection_value[j * d + j] = a * (a * b * value - terms * x4);
  }
  return layer_weights(g);
}

std::vector<EntryGradients> entry_gradients(const std::vector<DataSet>& data, ScalarPoint point, const Cells& cells) {
  std::vector<std::string> names;
  for (const DataSet& set : data)
    names.push_back(fmt::format("gradients less theory at a {}, b {}, {}", point.a, point.b, name_of(set)));
  const auto found = cells.get_all("gradients", names, CellThreads::kOneEach, [&](std::size_t i) {
    const EntryGradients g = scan_sequences(data[i], point);
    return nlohmann::json{{"projection_value", g.mean.projection_value},
                          {"key_query", g.mean.key_query},
                          {"projection_value_error", g.standard_error.projection_value},
                          {"key_query_error", g.standard_error.key_query}};
  });
  std::vector<EntryGradients> all;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::int64_t d = data[i].law.dimension;
    all.push_back({d,
                   {d, numbers_field(found[i], "projection_value"), numbers_field(found[i], "key_query")},
                   {d, numbers_field(found[i], "projection_value_error"), numbers_field(found[i], "key_query_error")}});
  }
  return all;
}

Deviations deviations_of(const EntryGradients& g) {
  const auto d = static_cast<std::size_t>(g.dimension);
  Deviations far;
  for (std::size_t i = 0; i < g.mean.projection_value.size(); ++i) {
    const std::size_t row = i / (2 * d), column = i % (2 * d);
    double& farthest = column >= d ? far.other_blocks : row == column ? far.diagonals : far.projection_off_diagonals;
    take_farthest(farthest, g.mean.projection_value[i], g.standard_error.projection_value[i]);
  }
  for (std::size_t i = 0; i < g.mean.key_query.size(); ++i) {
    const std::size_t row = i / (2 * d), column = i % (2 * d);
    const bool acts = row >= d && column < d;
    double& farthest = !acts ? far.other_blocks : row == column + d ? far.diagonals : far.off_diagonals;
    take_farthest(farthest, g.mean.key_query[i], g.standard_error.key_query[i]);
  }
  return far;
}

}  // namespace prenorm::papers::mesa_optimization
