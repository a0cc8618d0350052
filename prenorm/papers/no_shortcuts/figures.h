// The charts of the experiment.
#pragma once

#include "prenorm/papers/no_shortcuts/gradients.h"
#include "prenorm/papers/no_shortcuts/initializations.h"
#include "prenorm/papers/no_shortcuts/training.h"
#include "prenorm/papers/results.h"

namespace prenorm::papers::no_shortcuts {

// Cosines of attention alone and of whole blocks, norms, and feed-forward networks over depth; seed 1.
void add_initialization_figures(const Initializations& measured, Results& results);
void add_gradient_figure(const std::vector<GradientProfiles>& profiles, Results& results);
void add_training_figures(const Trainings& trainings, Results& results);
// The attention of the middle layer of E-SPA.
void add_attention_map(Results& results);

}  // namespace prenorm::papers::no_shortcuts
