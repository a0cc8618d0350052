#include "prenorm/papers/mesa_optimization/weights.h"

#include <algorithm>
#include <limits>
#include <numbers>

#include "prenorm/base/random.h"

namespace prenorm::papers::mesa_optimization {
namespace {

std::vector<double> normal_block(std::int64_t dimension, double deviation, RandomStream& random) {
  std::vector<double> block(static_cast<std::size_t>(dimension * dimension));
  for (double& w : block) {
    const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
    w = deviation * radius * std::cos(2 * std::numbers::pi * random.uniform());
  }
  return block;
}

}  // namespace

Weights diagonal_weights(std::int64_t dimension, double a, double b) {
  const auto d = static_cast<std::size_t>(dimension);
  Weights w{dimension, std::vector<double>(d * d), std::vector<double>(d * d)};
  for (std::size_t j = 0; j < d; ++j) {
    w.key_query[j * d + j] = a;
    w.projection_value[j * d + j] = b;
  }
  return w;
}

Weights normal_weights(std::int64_t dimension, double deviation, std::uint64_t seed) {
  RandomStream random(mix_key({name_key("normal weights"), seed}));
  Weights w{dimension, {}, {}};
  w.key_query = normal_block(dimension, deviation, random);
  w.projection_value = normal_block(dimension, deviation, random);
  return w;
}

Diagonal diagonal_of(const Weights& w) {
  const auto d = static_cast<std::size_t>(w.dimension);
  Diagonal mean;
  for (std::size_t j = 0; j < d; ++j) {
    const double a = w.key_query[j * d + j], b = w.projection_value[j * d + j];
    mean.a += a / static_cast<double>(d);
    mean.b += b / static_cast<double>(d);
    mean.product += a * b / static_cast<double>(d);
    mean.square_difference += (b * b - a * a) / static_cast<double>(d);
  }
  return mean;
}

OffDiagonal off_diagonal_of(const std::vector<double>& block, std::int64_t dimension) {
  const auto d = static_cast<std::size_t>(dimension);
  OffDiagonal range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (std::size_t i = 0; i < d * d; ++i) {
    if (i % (d + 1) == 0) continue;
    range.least = std::min(range.least, block[i]);
    range.greatest = std::max(range.greatest, block[i]);
  }
  return range;
}

}  // namespace prenorm::papers::mesa_optimization
