// Li et al. 2024, Learning on Transformers is Provable Low-Rank and Sparse, as an experiment
// (docs/papers/low-rank-sparse.md).
#pragma once

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::low_rank_sparse {

Results run_low_rank_sparse(const ExperimentOptions& options, const Cells& cells);

inline constexpr std::string_view kClaims[] = {
    "Updates of W_Q, W_K, W_V, W_O have low rank: 2 for two discriminative patterns.",
    "The rank of attention's updates is the number of discriminative patterns.",
    "Updates act on discriminative patterns: others respond as 1/M of them.",
    "Rows of W_O are either small or large; large ones scale as m^(-1/2).",
    "Pruning small rows does no harm; pruning large ones raises the loss in proportion.",
};
inline constexpr Experiment kExperiment{
    .name = "low-rank-sparse",
    .citation = "Li et al. 2024, Learning on Transformers is Provable Low-Rank and Sparse",
    .claims = kClaims,
    .setup =
        "A one-layer Transformer on samples of 20 tokens that are noisy copies of orthogonal patterns, two of which "
        "tell "
        "the classes apart; hinge loss, SGD on fresh batches of 64 for 200 updates, then rows of W_O are pruned.",
    .time = "40 s; quick: 10 s",
    .seeds = 3,
    .quick_seeds = 1,
    .run = run_low_rank_sparse};

}  // namespace prenorm::papers::low_rank_sparse
