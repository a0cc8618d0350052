// Jiang et al. 2024, Unveil Benign Overfitting for Transformer in Vision: Training Dynamics, Convergence, and
// Generalization, as an experiment (docs/papers/benign-overfitting-vit.md).
#pragma once

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::benign_overfitting {

Results run_benign_overfitting(const ExperimentOptions& options, const Cells& cells);

inline constexpr std::string_view kClaims[] = {
    "At equal training loss, test loss is small if N SNR^2 is large, and about ln 2 if it is small.",
    "The boundary between the two regimes is N SNR^2 = constant.",
    "Benign training: attention stays uniform, then finds the signal, then saturates (Figure 3).",
    "Harmful training: noise is memorised first, and its queries turn away from the signal.",
    "Training time grows as N in the harmful regime and falls with |mu| in the benign one.",
};
inline constexpr Experiment kExperiment{
    .name = "benign-overfitting-vit",
    .citation = "Jiang et al. 2024, Unveil Benign Overfitting for Transformer in Vision",
    .claims = kClaims,
    .setup =
        "A two-layer vision Transformer on one signal patch and M - 1 noise patches, full-batch gradient descent to a "
        "given training loss; also on MNIST digits, if they are there, and the model of Sakamoto and Sato 2024.",
    .time = "2 min; quick: 15 s",
    .seeds = 3,
    .quick_seeds = 1,
    .run = run_benign_overfitting};

}  // namespace prenorm::papers::benign_overfitting
