// Figures and heat maps of the experiment.
#pragma once

#include "prenorm/papers/benign_overfitting/checks.h"
#include "prenorm/papers/results.h"

namespace prenorm::papers::benign_overfitting {

// The test loss over N and SNR, and where it is 0.2. `title` names the data.
void add_grid_figures(const std::vector<LossGrid>& grids, const std::string& title, Results& results);
void add_phase_figures(const PhaseStudy& study, Results& results);
void add_critical_figures(const CriticalStudy& study, Results& results);
void add_stopping_figures(const StoppingStudy& study, Results& results);
void add_selection_figures(const SelectionStudy& study, Results& results);

}  // namespace prenorm::papers::benign_overfitting
