// Giannou, Rajput and Papailiopoulos 2023, The Expressive Power of Tuning Only the Normalization Layers, as an
// experiment (docs/papers/norm-only.md).
#pragma once

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::norm_only {

Results run_norm_only(const ExperimentOptions& options, const Cells& cells);

inline constexpr std::string_view kClaims[] = {
    "Scales and shifts of a frozen random ReLU network reproduce any network of width d exactly.",
    "Width d^2 and depth 2l suffice; with skips, width d^2/k and depth 2kl for any k from 1 to d.",
    "With fewer units than equations an error remains that is known in advance.",
    "Sparse frozen weights suffice if entries are kept with probability of order sqrt(ln d / d).",
    "Training only norms is better than training as many other weights, and improves with width.",
};
inline constexpr Experiment kExperiment{
    .name = "norm-only",
    .citation = "Giannou et al. 2023, The Expressive Power of Tuning Only the Normalization Layers",
    .claims = kClaims,
    .setup =
        "Frozen Gaussian matrices, d from 4 to 32: scales by linear solves in double, networks with and without skip "
        "connections, sparse matrices, gradient training, and a character language model on real text.",
    .time = "8 min; quick: 40 s",
    .seeds = 3,
    .quick_seeds = 1,
    .version = 2,
    .run = run_norm_only};

}  // namespace prenorm::papers::norm_only
