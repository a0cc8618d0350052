// Gray et al. 2024, Normalization Layer Per-Example Gradients are Sufficient to Predict Gradient Noise Scale in
// Transformers, as an experiment (docs/papers/noise-scale.md).
#pragma once

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::noise_scale {

Results run_noise_scale(const ExperimentOptions& options, const Cells& cells);

inline constexpr std::string_view kClaims[] = {
    "Squared gradients of single examples come with the backward pass, for every kind of weight.",
    "The noise scale from single examples has less error than that from larger small batches.",
    "The noise scale of the normalisations follows that of all weights in training.",
    "It does not depend on the batch from which it is measured.",
    "A lower learning rate raises the noise scale more than another batch does.",
    "A batch that grows with training needs fewer tokens to the same loss.",
};
inline constexpr Experiment kExperiment{
    .name = "noise-scale",
    .citation = "Gray et al. 2024, Normalization Layer Per-Example Gradients",
    .claims = kClaims,
    .setup =
        "Linear regression with a known noise scale; character models of 4 layers, Pre-LN and Post-LN, with the "
        "gradients of single examples at every update, on frozen weights, in branches, and with a growing batch.",
    .time = "12 min; quick: 57 s",
    .seeds = 3,
    .quick_seeds = 1,
    .run = run_noise_scale};

}  // namespace prenorm::papers::noise_scale
