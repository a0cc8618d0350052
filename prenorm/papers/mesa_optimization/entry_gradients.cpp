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

void add_block(const std::vector<double>& value, std::vector<double>& sum, std::vector<double>& square_sum) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    sum[i] += value[i];
    square_sum[i] += value[i] * value[i];
  }
}

EntryGradients scan_sequences(const DataSet& data, ScalarPoint start) {
  const std::int64_t d = data.law.dimension;
  const LayerWeights layer = layer_weights(diagonal_weights(d, start.a, start.b));
  const LayerWeights zero = layer_weights(diagonal_weights(d, 0, 0));
  EntryGradients scan{d, zero, zero};
  for (std::int64_t i = 0; i < data.sequences; ++i) {
    if (i % 100 == 0) Cells::stop_if_asked();
    const LayerWeights g = sequence_gradient(layer, states_of(draw_sequence(data, i), data.law.length));
    add_block(g.projection_value, scan.mean.projection_value, scan.standard_error.projection_value);
    add_block(g.key_query, scan.mean.key_query, scan.standard_error.key_query);
  }
  const auto count = static_cast<double>(data.sequences);
  finish_block(scan.mean.projection_value, scan.standard_error.projection_value, count);
  finish_block(scan.mean.key_query, scan.standard_error.key_query, count);
  return scan;
}

void take_farthest(double& farthest, double mean, double error, double expected) {
  const double off = std::abs(mean - expected);
  if (error > 0)
    farthest = std::max(farthest, off / error);
  else if (off > 0)
    farthest = std::numeric_limits<double>::infinity();
}

}  // namespace

std::vector<EntryGradients> entry_gradients(const std::vector<DataSet>& data, ScalarPoint start, const Cells& cells) {
  std::vector<std::string> names;
  for (const DataSet& set : data)
    names.push_back(fmt::format("gradients of all entries at a {}, b {}, {}", start.a, start.b, name_of(set)));
  const auto found = cells.get_all("gradients", names, CellThreads::kOneEach, [&](std::size_t i) {
    const EntryGradients g = scan_sequences(data[i], start);
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

Deviations deviations_of(const EntryGradients& g, const Theory& theory, ScalarPoint start, double off_diagonal) {
  const auto d = static_cast<std::size_t>(g.dimension);
  const double slope = theory.c1 * start.product() - theory.c2;
  Deviations far;
  for (std::size_t i = 0; i < g.mean.projection_value.size(); ++i) {
    const std::size_t row = i / (2 * d), column = i % (2 * d);
    double& farthest = column >= d     ? far.other_blocks
                       : row == column ? far.diagonals
                                       : far.projection_off_diagonals;
    take_farthest(farthest, g.mean.projection_value[i], g.standard_error.projection_value[i],
                  row == column ? start.a * slope : 0);
  }
  for (std::size_t i = 0; i < g.mean.key_query.size(); ++i) {
    const std::size_t row = i / (2 * d), column = i % (2 * d);
    const bool acts = row >= d && column < d, diagonal = acts && row == column + d;
    double& farthest = !acts ? far.other_blocks : diagonal ? far.diagonals : far.off_diagonals;
    const double expected = diagonal ? start.b * slope : acts ? off_diagonal : 0;
    take_farthest(farthest, g.mean.key_query[i], g.standard_error.key_query[i], expected);
  }
  return far;
}

}  // namespace prenorm::papers::mesa_optimization
