#include "prenorm/papers/low_rank_sparse/pruning.h"

#include <ATen/ops/mv.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "prenorm/base/random.h"
#include "prenorm/base/statistics.h"
#include "prenorm/papers/low_rank_sparse/model.h"

namespace prenorm::papers::low_rank_sparse {
namespace {

std::vector<std::int64_t> first_of(const std::vector<std::int64_t>& order, double share) {
  const auto count = static_cast<std::ptrdiff_t>(std::llround(share * static_cast<double>(order.size())));
  return {order.begin(), order.begin() + count};
}

}  // namespace

Quality quality_without(const Neurons& neurons, const std::vector<std::int64_t>& pruned) {
  at::Tensor kept = at::ones({neurons.contributions.size(1)}, at::kDouble);
  for (const std::int64_t neuron : pruned) kept.data_ptr<double>()[neuron] = 0;
  const at::Tensor outputs = at::mv(neurons.contributions, kept);
  return {mean_hinge(outputs, neurons.labels), error_rate(outputs, neurons.labels)};
}

std::vector<std::int64_t> by_norm(const std::vector<double>& norms) {
  std::vector<std::int64_t> order(norms.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return norms[static_cast<std::size_t>(a)] < norms[static_cast<std::size_t>(b)];
  });
  return order;
}

PruningCurves prune(const Neurons& neurons, std::int64_t levels, std::int64_t draws, std::uint64_t key) {
  const std::vector<std::int64_t> small_first = by_norm(neurons.norms);
  const std::vector<std::int64_t> large_first(small_first.rbegin(), small_first.rend());
  std::vector<std::vector<std::int64_t>> random(static_cast<std::size_t>(draws), small_first);
  for (std::size_t draw = 0; draw < random.size(); ++draw) {
    RandomStream stream(mix_key({name_key("pruning"), key, draw}));
    shuffle(random[draw], stream);
  }
  PruningCurves curves;
  for (std::int64_t level = 0; level <= levels; ++level) {
    const double share = static_cast<double>(level) / static_cast<double>(levels);
    std::vector<double> drawn;
    for (const auto& order : random) drawn.push_back(quality_without(neurons, first_of(order, share)).hinge);
    const Quality without_large = quality_without(neurons, first_of(large_first, share));
    curves.share.push_back(share);
    curves.small_first.push_back(quality_without(neurons, first_of(small_first, share)).hinge);
    curves.random.push_back(mean_of(drawn));
    curves.large_first.push_back(without_large.hinge);
    curves.large_first_error.push_back(without_large.error);
  }
  return curves;
}

}  // namespace prenorm::papers::low_rank_sparse
