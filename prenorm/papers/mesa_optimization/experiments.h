// Zheng et al. 2024, On Mesa-Optimization in Autoregressively Trained Transformers: Emergence and Capability, as an
// experiment (docs/papers/mesa-optimization.md).
#pragma once

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::mesa_optimization {

Results run_mesa_optimization(const ExperimentOptions& options, const Cells& cells);

inline constexpr std::string_view kClaims[] = {
    "Trained to predict the next x, linear attention learns one step of gradient descent (Theorem 4.1).",
    "Its rate tends to kappa_1/(kappa_2 + kappa_3 H/(T-2)), from every start (Theorem 4.1).",
    "For Gaussian x_1 the trained layer predicts a fifth of the next x, not all of it (Prop. 4.1).",
    "For sparse x_1 it predicts the next x exactly (Theorem 4.2, Example 4.1).",
    "For x_1 = ones the weights leave the form a I, b I, unless a mask keeps them (Prop. 4.2, Th. 4.3).",
};
inline constexpr Experiment kExperiment{
    .name = "mesa-optimization",
    .citation = "Zheng et al. 2024, On Mesa-Optimization in Autoregressively Trained Transformers",
    .claims = kClaims,
    .setup =
        "One layer of linear attention on sequences x_{t+1} = W x_t, 5 coordinates, T = 100; full-batch gradient "
        "descent, "
        "200 epochs on 10 000 sequences, from the paper's starts and at its rates.",
    .time = "1 min; quick: 10 s",
    .seeds = 3,
    .quick_seeds = 1,
    .run = run_mesa_optimization};

}  // namespace prenorm::papers::mesa_optimization
