// von Oswald et al. 2022, Transformers learn in-context by gradient descent, as an experiment
// (docs/papers/icl-gradient-descent.md).
#pragma once

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::icl_gradient_descent {

Results run(const ExperimentOptions& options, const Cells& cells);

inline constexpr std::string_view kClaims[] = {
    "One layer of linear attention can hold one step of gradient descent (Proposition 1).",
    "A trained layer becomes that step: same loss, same predictions, same weights (Figure 2).",
    "It stays that step on inputs and tasks that it was not trained on (Figure 3).",
    "Several layers do better than as many steps of GD and match GD++ (Figure 4).",
    "Softmax with two heads comes close to GD; with one head it does not.",
    "With inputs and labels as separate tokens, a first layer copies neighbours (section 5).",
};
inline constexpr Experiment kExperiment{
    .name = "icl-gradient-descent",
    .citation = "von Oswald et al. 2022, Transformers learn in-context by gradient descent",
    .claims = kClaims,
    .setup = "Networks of linear self-attention, trained on fresh linear regression problems of ten pairs.",
    .time = "10 min; quick: 15 s",
    .seeds = 3,
    .quick_seeds = 1,
    .run = run};

}  // namespace prenorm::papers::icl_gradient_descent
