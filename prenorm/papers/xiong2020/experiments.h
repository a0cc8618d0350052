// The experiments that reproduce Xiong et al. 2020, On Layer Normalization in the Transformer Architecture
// (docs/papers/xiong2020.md).
#pragma once

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::xiong2020 {

Results run_theory(const ExperimentOptions& options, const Cells& cells);
Results run_figure_3(const ExperimentOptions& options, const Cells& cells);
Results run_warmup(const ExperimentOptions& options, const Cells& cells);

inline constexpr std::string_view kCitation =
    "Xiong et al. 2020, On Layer Normalization in the Transformer Architecture";

inline constexpr std::string_view kTheoryClaims[] = {
    "Post-LN: ‖x⁵‖²/d is 3/2 in every layer (Lemma 2).",
    "Pre-LN: ‖x‖²/d grows linearly with the layer, between 1 + l/2 and 1 + 3l/2 (Lemma 2).",
    "A LayerNorm divides gradients by ‖x‖/√d (Lemma 3).",
    "The last layer's gradient does not depend on depth under Post-LN (Theorem 1).",
    "The last layer's gradient falls as 1/√L under Pre-LN (Theorem 1).",
};
inline constexpr Experiment kTheory{
    .name = "xiong2020-theory",
    .citation = kCitation,
    .claims = kTheoryClaims,
    .setup =
        "Models at initialisation in the setting of the proofs: encoders with uniform attention, "
        "square Gaussian matrices, random inputs and labels.",
    .time = "2 min; quick: 10 s",
    .seeds = 10,
    .quick_seeds = 6,
    .run = run_theory};

inline constexpr std::string_view kFigure3Claims[] = {
    "The last layer's gradient keeps its size as Post-LN models get deeper (Figure 3c, d).",
    "It falls with depth in Pre-LN models (Figure 3c, d).",
    "Post-LN gradients are large near the output and small near the input (Figure 3a, b).",
    "Pre-LN gradients are about level over the layers (Figure 3a, b).",
};
inline constexpr Experiment kFigure3{
    .name = "xiong2020-figure-3",
    .citation = kCitation,
    .claims = kFigure3Claims,
    .setup =
        "Encoder-decoders at initialisation, 6 + 6 layers and more, on random words with frequencies that fall like a "
        "language's (Zipf).",
    .time = "1 min; quick: 15 s",
    .seeds = 10,
    .quick_seeds = 6,
    .run = run_figure_3};

inline constexpr std::string_view kWarmupClaims[] = {
    "Post-LN needs warm-up: at full rate from the first update it learns nothing (section 3.2).",
    "Pre-LN at the same peak rate needs none (section 4).",
    "Pre-LN without warm-up gets at least as far as Post-LN with it, in fewer updates (section 4).",
};
inline constexpr Experiment kWarmup{
    .name = "xiong2020-warmup",
    .citation = kCitation,
    .claims = kWarmupClaims,
    .setup = "Translators of 6 + 6 layers learn to reverse sentences of random words; Adam, one peak rate for all.",
    .time = "2 min; quick: 15 s",
    .seeds = 3,
    .quick_seeds = 1,
    .run = run_warmup};

}  // namespace prenorm::papers::xiong2020
