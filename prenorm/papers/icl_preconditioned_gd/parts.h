// The parts of the experiment. Each adds its checks, figures and heat maps for all seeds.
#pragma once

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::icl_preconditioned_gd {

void add_forward_pass(Results& results, const ExperimentOptions& options);                           // Lemma 1, (11)
void add_one_layer(Results& results, const ExperimentOptions& options, const Cells& cells);          // Theorems 1, 5
void add_deep_layers(Results& results, const ExperimentOptions& options, const Cells& cells);        // Theorems 3, 4
void add_losses_by_depth(Results& results, const ExperimentOptions& options, const Cells& cells);    // Figure 7
void add_losses_by_context(Results& results, const ExperimentOptions& options, const Cells& cells);  // Figure 6
void add_critical_set(Results& results, const ExperimentOptions& options, const Cells& cells);       // Theorems 3, 4

}  // namespace prenorm::papers::icl_preconditioned_gd
