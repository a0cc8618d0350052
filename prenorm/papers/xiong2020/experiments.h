// Xiong et al. 2020, On Layer Normalization in the Transformer Architecture, as experiments.
#pragma once

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::xiong2020 {

// Lemmas 1 to 3 and Theorem 1 (theory.h).
Results run_theory(const ExperimentOptions& options, const Cells& cells);
// Figure 3: gradients at initialisation by size and by layer (gradients_by_size.cpp).
Results run_gradients_by_size(const ExperimentOptions& options, const Cells& cells);
// Section 3.2 and 4 in short: which placement trains without warm-up (warmup.cpp).
Results run_warmup(const ExperimentOptions& options, const Cells& cells);

inline constexpr std::string_view kCitation =
    "Xiong et al. 2020, On Layer Normalization in the Transformer Architecture";

inline constexpr Experiment kTheory{
    .name = "layer-norm-theory",
    .citation = kCitation,
    .claim =
        "At initialisation the last layer's gradient does not depend on depth under Post-LN and falls with its root "
        "under Pre-LN (Lemmas 1 to 3, Theorem 1).",
    .time = "2 min; quick: 5 s",
    .seeds = 10,
    .quick_seeds = 6,
    .run = run_theory};

inline constexpr Experiment kGradientsBySize{
    .name = "layer-norm-gradients",
    .citation = kCitation,
    .claim =
        "In an encoder-decoder the expected gradients near the output stay large under Post-LN and fall with depth "
        "under Pre-LN; those of the layers below fall under Post-LN and stay level under Pre-LN (Figure 3).",
    .time = "2 min; quick: 10 s",
    .seeds = 5,
    .quick_seeds = 3,
    .run = run_gradients_by_size};

inline constexpr Experiment kWarmup{
    .name = "layer-norm-warmup",
    .citation = kCitation,
    .claim = "At a rate at which Post-LN needs warm-up, Pre-LN trains without it (sections 3.2 and 4).",
    .time = "5 min; quick: 40 s",
    .run = run_warmup};

}  // namespace prenorm::papers::xiong2020
