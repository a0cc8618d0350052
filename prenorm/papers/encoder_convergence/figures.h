// The charts of the experiment.
#pragma once

#include "prenorm/papers/encoder_convergence/checks.h"
#include "prenorm/papers/results.h"

namespace prenorm::papers::encoder_convergence {

// Losses, movement and change of the kernel over epochs, and against width; seed 1.
void add_training_figures(const std::vector<Runs>& runs, const Setting& setting, Results& results);
void add_initialization_figure(const std::vector<Comparison>& comparisons, Results& results);
void add_critical_width_figure(const std::vector<CriticalWidths>& widths, Results& results);
void add_step_figure(const std::vector<StepSizes>& sizes, Results& results);
// Losses over epochs at both scales, seed 1.
void add_task_figure(const std::string& title, const std::vector<TaskRuns>& runs, Results& results);
void add_text_figure(const TextCorrelation& correlation, Results& results);

}  // namespace prenorm::papers::encoder_convergence
