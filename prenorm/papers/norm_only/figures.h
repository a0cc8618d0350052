// The charts of the experiment.
#pragma once

#include "prenorm/papers/norm_only/checks.h"
#include "prenorm/papers/results.h"

namespace prenorm::papers::norm_only {

void add_threshold_figures(const ThresholdStudy& study, Results& results);
void add_outside_figure(const OutsideStudy& study, Results& results);
// Condition and errors over k, for the widest d.
void add_skip_figures(const std::vector<SkipCase>& cases, Results& results);
void add_budget_figure(const std::vector<SkipCase>& cases, Results& results);
void add_sparse_figure(const std::vector<SparseWidth>& widths, Results& results);
// The first draw.
void add_descent_figures(const DescentStudy& study, Results& results);
void add_language_figure(const std::vector<LanguageWidth>& widths, Results& results);

}  // namespace prenorm::papers::norm_only
