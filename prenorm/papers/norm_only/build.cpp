#include <ATen/TensorOperators.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_matrix_norm.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/papers/norm_only/matrices.h"
#include "prenorm/papers/norm_only/network.h"

namespace prenorm::papers::norm_only {
namespace {

// A target layer that is being built, pair by pair. With z its input, |z| <= radius, the stream is map z + offset.
struct Layer {
  at::Tensor target, map, offset;
  double radius = 1;
};

// The rows of the target that pair j of k writes.
struct Rows {
  std::int64_t first = 0, count = 0;

  at::Tensor of(const at::Tensor& t) const { return t.narrow(0, first, count); }
};

// The least shifts that keep scale (matrix z) + shift at 0 or above for |z| <= radius.
at::Tensor opening_shift(const at::Tensor& scale, const at::Tensor& matrix, double radius) {
  return scale.abs() * matrix.norm(2, 1) * radius;
}

Layer start_of(const at::Tensor& target, Skips skips, double radius) {
  const std::int64_t d = target.size(0);
  return {target, skips == Skips::kPrevious ? at::eye(d, at::kDouble) : at::zeros({d, d}, at::kDouble),
          at::zeros({d}, at::kDouble), radius};
}

// Adds a pair that writes `rows`, and moves the layer on.
Pair write_rows(Layer& layer, const Rows& rows, const FrozenPair& frozen, const BuildOptions& o, Built& built) {
  const bool reads_stream = o.skips == Skips::kPrevious;
  const at::Tensor first = reads_stream ? frozen.first.mm(layer.map) : frozen.first;  // as a function of z
  const Solution solution = solve_scales(rows.of(frozen.second), first, rows.of(layer.target) - rows.of(layer.map));
  const at::Tensor& gamma = solution.gamma;
  const at::Tensor open = opening_shift(gamma, first, layer.radius);
  Pair pair{frozen.first, frozen.second, {}, {}};
  pair.inner = {gamma, reads_stream ? open - gamma * frozen.first.mv(layer.offset) : open, {}, {}};

  rows.of(layer.map).add_(scaled_product(rows.of(frozen.second), gamma, first));
  at::Tensor written = at::zeros_like(layer.offset);
  rows.of(written).fill_(1);
  const bool last = rows.first + rows.count == layer.target.size(0);
  const at::Tensor offset =
      last ? at::zeros_like(layer.offset) : opening_shift(at::ones_like(layer.offset), layer.map, layer.radius);
  pair.outer = {written, offset - layer.offset - written * frozen.second.mv(open), {}, {}};
  layer.offset = offset;

  built.condition.push_back(solution.spectrum.condition());
  built.residual.push_back(solution.residual);
  built.largest_scale = std::max(built.largest_scale, gamma.abs().max().item<double>());
  built.largest_shift = std::max(built.largest_shift, pair.inner.shift.abs().max().item<double>());
  return pair;
}

}  // namespace

Built build(const std::vector<at::Tensor>& target, const BuildOptions& o) {
  const std::int64_t d = target.at(0).size(0), k = o.pairs_per_layer;
  if (k < 1 || d % k != 0 || (o.skips == Skips::kNone && k != 1))
    throw_error<UsageError>("{} pairs of layers for a target of width {}: use a divisor, and 1 without skips", k, d);
  Built built{{o.skips, k, {}}, {}, {}, 0, 0, {}};
  double radius = 1;
  for (const at::Tensor& weight : target) {
    Layer layer = start_of(weight, o.skips, radius);
    const at::Tensor passed_on = layer.map.clone();
    for (std::int64_t j = 0; j < k; ++j) {
      const auto place = static_cast<std::uint64_t>(built.network.pairs.size());
      const FrozenPair frozen = frozen_pair(d, o.width > 0 ? o.width : d * d / k, mix_key({o.key, place}));
      built.network.pairs.push_back(write_rows(layer, {j * (d / k), d / k}, frozen, o, built));
    }
    built.distance.push_back(relative_distance(layer.map - passed_on, weight - passed_on));
    radius *= at::linalg_matrix_norm(weight, 2).item<double>();
  }
  return built;
}

}  // namespace prenorm::papers::norm_only
