// The claims of He et al. 2023 as checks. Each function appends some.
#pragma once

#include <string>
#include <vector>

#include "prenorm/papers/check.h"
#include "prenorm/papers/no_shortcuts/gradients.h"
#include "prenorm/papers/no_shortcuts/initializations.h"
#include "prenorm/papers/no_shortcuts/training.h"

namespace prenorm::papers::no_shortcuts {

// U-SPA and E-SPA reach their kernels exactly; closed form and Cholesky factors agree.
void check_attention_matrices(std::vector<Check>& checks);
// How fast plain attention collapses, and the kernels of the last layer, in numbers.
void check_exact_kernels(std::vector<Check>& checks);
// Slopes of TAT, and how ReLU makes everything parallel.
void check_activation_maps(std::vector<Check>& checks);
// Attention-only networks beside closed forms.
void check_attention_only(const Initializations& measured, std::vector<Check>& checks);
void check_feed_forward(const Initializations& measured, std::vector<Check>& checks);
void check_blocks(const Initializations& measured, std::vector<Check>& checks);
// The layers of nn/ compute the same kernels.
void check_models(const Initializations& measured, std::vector<Check>& checks);
// The recursion of arXiv 2505.24333 gives the map of feed-forward layers, and the cosines of attention to all tokens.
void check_recursion(const Initializations& measured, std::vector<Check>& checks);
// What it says of causal attention, which it was not made for.
std::string causal_recursion_note(const Initializations& measured);
// Gradients of queries vanish with plain attention.
void check_gradients(const std::vector<GradientProfiles>& profiles, std::vector<Check>& checks);
void check_training(const Trainings& trainings, std::vector<Check>& checks);
// How many times as many updates as Pre-LN the models without shortcuts make to the same loss.
std::vector<std::string> training_notes(const Trainings& trainings);

// The first update at which the loss is at most `loss`; infinity if there is none.
double updates_to(const Trajectory& trajectory, double loss);
// By seed: updates of `slow` to its own final loss over those of `fast` to the same loss.
std::vector<double> update_ratios(const TrainingRuns& slow, const TrainingRuns& fast);

}  // namespace prenorm::papers::no_shortcuts
