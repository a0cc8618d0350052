// Frozen matrices of which each entry is kept with probability p, m = d^2: how often the equations remain solvable.
#pragma once

#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/norm_only/settings.h"

namespace prenorm::papers::norm_only {

// A unit is empty if its row of W1 or its column of W2 is all zero, and then K has a column of zeros. The probability
// that none is, (1 - (1 - p)^d)^(2 d^2), is an upper bound for that of full rank.
double no_empty_unit_probability(std::int64_t d, double p);
// The p at which that is 1/2.
double expected_transition(std::int64_t d);
double paper_rate(std::int64_t d);  // sqrt(ln d / d)

// All seeds together.
struct SparsePoint {
  double p = 0;
  double draws = 0;
  double full_rank = 0;    // share of draws
  double unexplained = 0;  // share of draws without full rank and without an empty unit
  double nonzeros = 0;     // of W1 and W2 over the d^2 of the target, mean
  double rank_share = 0;   // rank / d^2, mean over some draws
};
struct SparseWidth {
  std::int64_t width = 0;
  // At 0.7, 0.85, 1, 1.15 and 1.3 times expected_transition(), then at 1 and 1.1 times paper_rate().
  std::vector<SparsePoint> points;

  const SparsePoint& below() const { return points.at(1); }
  const SparsePoint& at_paper_rate() const { return points.at(5); }
  const SparsePoint& above_paper_rate() const { return points.at(6); }
  // Where the share of full rank crosses 1/2 between the first five points, linearly; NaN if it does not.
  double transition() const;
};
std::vector<SparseWidth> study_sparse(const Setting& setting, const Cells& cells);

}  // namespace prenorm::papers::norm_only
