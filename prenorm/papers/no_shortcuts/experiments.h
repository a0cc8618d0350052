// He et al. 2023, Deep Transformers without Shortcuts: Modifying Self-attention for Faithful Signal Propagation, as an
// experiment (docs/papers/no-shortcuts.md).
#pragma once

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::no_shortcuts {

Results run_no_shortcuts(const ExperimentOptions& options, const Cells& cells);

inline constexpr std::string_view kClaims[] = {
    "Without shortcuts, plain attention makes all tokens parallel within 12 layers.",
    "U-SPA and E-SPA attention reach their kernels exactly, with softmax weights and a scale per row.",
    "V-SkipInit keeps the kernel of the inputs.",
    "TAT keeps feed-forward networks from making all tokens parallel, at any depth.",
    "With plain attention the queries of late layers have next to no gradient; with E-SPA they have.",
    "Without shortcuts and norms, V-SkipInit, U-SPA and E-SPA train, slower than Pre-LN; plain does not.",
};
inline constexpr Experiment kExperiment{
    .name = "no-shortcuts",
    .citation = "He et al. 2023, Deep Transformers without Shortcuts",
    .claims = kClaims,
    .setup =
        "Causal networks without shortcuts and normalisation, 12 to 36 layers, at initialisation in double: attention "
        "alone, feed-forward networks alone and whole blocks, beside closed forms; character models of 6 to 36 layers.",
    .time = "8 min; quick: 40 s",
    .seeds = 3,
    .quick_seeds = 1,
    .version = 2,
    .run = run_no_shortcuts};

}  // namespace prenorm::papers::no_shortcuts
