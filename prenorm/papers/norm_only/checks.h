// The claims of Giannou et al. 2023 as checks on what was measured. Each function appends some.
#pragma once

#include <vector>

#include "prenorm/papers/check.h"
#include "prenorm/papers/norm_only/descent.h"
#include "prenorm/papers/norm_only/language_study.h"
#include "prenorm/papers/norm_only/networks.h"
#include "prenorm/papers/norm_only/reconstruction.h"
#include "prenorm/papers/norm_only/skips.h"
#include "prenorm/papers/norm_only/sparse.h"

namespace prenorm::papers::norm_only {

// d^2 units: every draw is solvable, exactly.
void check_exact(const ExactStudy& study, std::vector<Check>& checks);
// Fewer units fail, by how much is known; more units help.
void check_threshold(const ThresholdStudy& study, std::vector<Check>& checks);
void check_controls(const ControlStudy& study, std::vector<Check>& checks);
// Deep ReLU networks on the unit ball, outside it, and with batch normalisation.
void check_networks(const std::vector<NetworkCase>& cases, std::vector<Check>& checks);
void check_outside(const OutsideStudy& study, std::vector<Check>& checks);
void check_folding(const std::vector<double>& differences, std::vector<Check>& checks);
// Width d^2 / k and depth 2 k l with skip connections, at and around the budget.
void check_skips(const std::vector<SkipCase>& cases, std::vector<Check>& checks);
void check_budgets(const std::vector<SkipCase>& cases, std::vector<Check>& checks);
void check_shift(const std::vector<SkipCase>& cases, std::vector<Check>& checks);
void check_sparse(const std::vector<SparseWidth>& widths, std::vector<Check>& checks);
// Gradient descent finds the scales if there are more units than equations.
void check_descent(const DescentStudy& study, std::vector<Check>& checks);
void check_language(const std::vector<LanguageWidth>& widths, std::vector<Check>& checks);

}  // namespace prenorm::papers::norm_only
