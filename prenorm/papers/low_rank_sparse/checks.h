// The claims of Li et al. 2024 as checks on trained models.
#pragma once

#include <vector>

#include "prenorm/papers/check.h"
#include "prenorm/papers/low_rank_sparse/runs.h"

namespace prenorm::papers::low_rank_sparse {

// Appends checks. Without a small test loss nothing else means anything.
void check_convergence(const Trainings& trainings, std::vector<Check>& checks);
// Updates and first gradients have rank 2; the rank counts patterns; a rank-2 update is enough.
void check_ranks(const Trainings& trainings, std::vector<Check>& checks);
// Updates act on the discriminative patterns.
void check_directions(const Trainings& trainings, std::vector<Check>& checks);
// Rows of W_O are either small or large.
void check_rows(const Trainings& trainings, std::vector<Check>& checks);
// Pruning small rows does no harm, pruning large ones does.
void check_pruning(const Trainings& trainings, std::vector<Check>& checks);
// None of this without labels to learn.
void check_controls(const Trainings& trainings, std::vector<Check>& checks);

}  // namespace prenorm::papers::low_rank_sparse
