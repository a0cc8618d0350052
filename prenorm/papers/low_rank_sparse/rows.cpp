#include "prenorm/papers/low_rank_sparse/rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/ops/spectrum.h"

namespace prenorm::papers::low_rank_sparse {
namespace {

void add_to(std::vector<double>& sum, const std::vector<double>& values, double weight) {
  sum.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) sum[i] += weight * values[i];
}

// Levels are multiples of 1 / kPruningLevels.
bool is_between(double share, double first, double last) { return share > first - 1e-9 && share < last + 1e-9; }

}  // namespace

RowGroups row_groups(const Outcome& o) {
  const ops::Gap gap = ops::widest_gap(o.row_norms);
  return {gap.ratio, static_cast<double>(gap.below) / static_cast<double>(o.row_norms.size()),
          median({o.row_norms.begin() + gap.below, o.row_norms.end()})};
}

double large_first_slope(const PruningCurves& curves, double last) {
  std::vector<double> share, hinge;
  for (std::size_t i = 0; i < curves.share.size(); ++i) {
    if (!is_between(curves.share[i], 0.2, last)) continue;
    share.push_back(curves.share[i]);
    hinge.push_back(curves.large_first[i]);
  }
  return fit_line(share, hinge).slope;
}

PruningCurves mean_curves(const std::vector<Outcome>& models) {
  PruningCurves mean;
  for (const Outcome& o : models) {
    const double weight = 1 / static_cast<double>(models.size());
    mean.share = o.pruning.share;
    add_to(mean.small_first, o.pruning.small_first, weight);
    add_to(mean.random, o.pruning.random, weight);
    add_to(mean.large_first, o.pruning.large_first, weight);
    add_to(mean.large_first_error, o.pruning.large_first_error, weight);
  }
  return mean;
}

double greatest_disorder(const PruningCurves& c) {
  double disorder = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < c.share.size(); ++i) {
    if (!is_between(c.share[i], 0.1, 0.6)) continue;
    for (const double difference : {c.small_first[i] - c.random[i], c.random[i] - c.large_first[i]}) {
      if (std::isnan(difference)) return difference;
      disorder = std::max(disorder, difference);
    }
  }
  return disorder;
}

}  // namespace prenorm::papers::low_rank_sparse
