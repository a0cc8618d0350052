// Ahn et al. 2023, Transformers learn to implement preconditioned gradient descent for in-context learning, as an
// experiment (docs/papers/icl-preconditioned-gd.md).
#pragma once

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::icl_preconditioned_gd {

Results run_experiment(const ExperimentOptions& options, const Cells& cells);

inline constexpr std::string_view kClaims[] = {
    "Linear attention layers compute steps of preconditioned gradient descent exactly (Lemma 1).",
    "One trained layer becomes the closed-form preconditioner, shrunk for small samples (Theorem 1).",
    "Trained layers with values fixed precondition with multiples of Σ⁻¹ (Theorem 3).",
    "Trained layers also learn to transform their inputs: A = -aΣ⁻¹, B = bI (Theorem 4).",
    "At every depth > 1: trained A and B beat trained A, which beats PGD, which beats GD (Figure 7).",
};
inline constexpr Experiment kExperiment{
    .name = "icl-preconditioned-gd",
    .citation = "Ahn et al. 2023, Transformers learn to implement preconditioned gradient descent",
    .claims = kClaims,
    .setup =
        "Linear attention networks of 1 to 4 layers learn linear regression in context: 5 inputs with covariance Σ, 20 "
        "examples, expectations over w* and the query taken exactly.",
    .time = "8 min; quick: 25 s",
    .seeds = 3,
    .quick_seeds = 1,
    .run = run_experiment};

}  // namespace prenorm::papers::icl_preconditioned_gd
