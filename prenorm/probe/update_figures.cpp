#include "prenorm/probe/update_figures.h"

#include <algorithm>
#include <cmath>

#include "prenorm/base/statistics.h"
#include "prenorm/ops/spectrum.h"

namespace prenorm::probe {
namespace {

RowNorms row_figures(std::vector<double> norms) {
  RowNorms figures;
  std::sort(norms.begin(), norms.end());
  figures.smallest = norms.front();
  figures.median = median(norms);
  figures.largest = norms.back();
  figures.zero = std::count(norms.begin(), norms.end(), 0.0);
  figures.histogram.assign(kHistogramBins, 0);
  for (const double norm : norms) {
    const double place = figures.largest > 0 ? norm / figures.largest * kHistogramBins : 0;
    ++figures.histogram[std::min<std::size_t>(static_cast<std::size_t>(place), kHistogramBins - 1)];
  }
  const ops::Gap gap = ops::widest_gap({norms.begin() + figures.zero, norms.end()});
  figures.gap_ratio = gap.ratio;
  figures.below_gap = gap.below;
  return figures;
}

// The smallest number of directions with at least this share of the energy.
std::int64_t rank_of_share(const std::vector<double>& singular_values, double share) {
  double energy = 0, sum = 0;
  for (const double s : singular_values) energy += s * s;
  std::int64_t rank = 0;
  for (const double s : singular_values) {
    if (sum >= share * energy) break;
    sum += s * s;
    ++rank;
  }
  return rank;
}

}  // namespace

UpdateFigures update_figures(const at::Tensor& update) {
  UpdateFigures figures;
  figures.singular_values = ops::singular_values(update);
  figures.rows = update.size(0);
  figures.columns = update.size(1);
  figures.row_norms = row_figures(ops::row_norms(update));
  const std::vector<double>& values = figures.singular_values;
  const bool zero = values.front() == 0;
  for (const double s : values) figures.norm = std::hypot(figures.norm, s);
  for (const std::int64_t top : kTops)
    figures.energy_in_top.push_back({top, zero ? 0 : ops::energy_in_top(values, top)});
  if (zero) return figures;
  figures.stable_rank = ops::stable_rank(values);
  figures.rank_of_90_percent = rank_of_share(values, 0.9);
  return figures;
}

}  // namespace prenorm::probe
