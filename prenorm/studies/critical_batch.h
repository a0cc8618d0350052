// The critical batch size from branches of a run (Merrill et al. 2025): the largest batch with which training loses
// nothing at equal tokens.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "prenorm/base/interval.h"
#include "prenorm/base/statistics.h"

namespace prenorm::studies {

// The branches with one batch size, over seeds. Differences are taken within each seed, since branches of a seed train
// on the same batches: what a seed has in common cancels.
struct BranchLosses {
  double factor = 1;                 // of the smallest batch size
  std::vector<double> difference{};  // loss minus that of the smallest batch, by seed; infinite if the branch diverged
};

struct CriticalBatch {
  double factor = 1;        // the largest one tried if none loses more than the tolerance
  bool is_largest = false;  // no batch lost more than the tolerance: the critical one is this large or larger
  // 95 %, by Student's t over seeds; `high` is infinite where the data set no limit. Empty if a branch has fewer than
  // two seeds.
  std::optional<Interval> interval{};
};

// Where the mean difference first exceeds the tolerance, interpolated linearly over the logarithm of the factor. The
// interval is where the upper and the lower end of the 95 % intervals of the means do. `branches`: ascending, the first
// one the smallest batch, whose differences are 0.
CriticalBatch critical_batch(std::span<const BranchLosses> branches, double tolerance);

// The mean over seeds and its interval; infinite if a branch diverged.
Estimate mean_difference(const BranchLosses& branch);

}  // namespace prenorm::studies
