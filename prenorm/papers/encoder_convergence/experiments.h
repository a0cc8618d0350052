// Wu et al. 2023, On the Convergence of Encoder-only Shallow Transformers, as an experiment
// (docs/papers/encoder-convergence.md).
#pragma once

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::encoder_convergence {

Results run_encoder_convergence(const ExperimentOptions& options, const Cells& cells);

inline constexpr std::string_view kClaims[] = {
    "Gradient descent on a shallow encoder reaches zero loss at a linear rate, above the proved bound.",
    "A width of N^2 or N^3 suffices; what is needed grows much more slowly than that.",
    "With the same step, LeCun and He initialisation converge faster than NTK initialisation.",
    "With the same step, tau_0 = d_m^(-1/2) converges faster than d_m^(-1), where attention is uniform.",
    "Weights and kernel move early and then stay; the wider the encoder, the less they move.",
    "Different samples are weakly correlated, on real text too.",
};
inline constexpr Experiment kExperiment{
    .name = "encoder-convergence",
    .citation = "Wu et al. 2023, On the Convergence of Encoder-only Shallow Transformers",
    .claims = kClaims,
    .setup =
        "One layer of softmax attention, ReLU, mean over tokens and a linear readout; full-batch gradient descent in "
        "double on Gaussian samples, a task of token selection, digits and text, d_m from 1 to 1024.",
    .time = "3 min; quick: 15 s",
    .seeds = 3,
    .quick_seeds = 1,
    .run = run_encoder_convergence};

}  // namespace prenorm::papers::encoder_convergence
