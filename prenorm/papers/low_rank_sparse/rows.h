// The two groups into which the widest gap divides the rows of the trained W_O.
#pragma once

#include "prenorm/papers/low_rank_sparse/outcome.h"

namespace prenorm::papers::low_rank_sparse {

struct RowGroups {
  double gap = 1;           // least norm of a large row over the greatest of a small one
  double small_share = 0;   // of all rows
  double large_median = 0;  // of the norms of the large rows
};
RowGroups row_groups(const Outcome& outcome);

// How steeply the hinge loss rises with the share of large rows pruned: least squares over shares from 0.2 to `last`.
double large_first_slope(const PruningCurves& curves, double last);

// Mean curves of several models.
PruningCurves mean_curves(const std::vector<Outcome>& models);

// The greatest of small-first less random and random less large-first, over shares from 0.1 to 0.6.
double greatest_disorder(const PruningCurves& curves);

}  // namespace prenorm::papers::low_rank_sparse
