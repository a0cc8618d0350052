// The claims of Wu et al. 2023 as checks. Each function appends some.
#pragma once

#include "prenorm/papers/check.h"
#include "prenorm/papers/encoder_convergence/attention_statistics.h"
#include "prenorm/papers/encoder_convergence/critical_width.h"
#include "prenorm/papers/encoder_convergence/step_sizes.h"
#include "prenorm/papers/encoder_convergence/studies.h"
#include "prenorm/papers/encoder_convergence/tasks.h"
#include "prenorm/papers/encoder_convergence/text_correlation.h"

namespace prenorm::papers::encoder_convergence {

// Headline 1: the loss falls at a linear rate, never slower than the bound, also for widths below N.
void check_rates(const std::vector<Runs>& runs, std::vector<Check>& checks);
// Headline 4: weights and kernel move early, and less the wider the encoder is.
void check_movement(const std::vector<Runs>& runs, const Setting& setting, std::vector<Check>& checks);
void check_time_course(const std::vector<Runs>& runs, std::vector<Check>& checks);
// The scales tau_0 in training: how far W_Q moves, and the kernel at the start.
void check_scales(const std::vector<Runs>& runs, const Setting& setting, std::vector<Check>& checks);
// Headline 3: tau_0 = d_m^(-1/2) converges faster than d_m^(-1) with the same step.
void check_scale_comparison(const std::vector<Comparison>& comparisons, std::vector<Check>& checks);
void check_selection(const std::vector<TaskRuns>& runs, std::vector<Check>& checks);
void check_digits(const std::vector<TaskRuns>& runs, std::vector<Check>& checks);
// Headline 2: LeCun and He converge faster than NTK with the same step.
void check_initializations(const std::vector<Comparison>& comparisons, AttentionScale scale,
                           std::vector<Check>& checks);
// The largest stable step falls as 1 / d_m, but not with the NTK initialisation.
void check_step_sizes(const std::vector<StepSizes>& sizes, std::vector<Check>& checks);
// How much width is needed, beside N^2 and N^3.
void check_critical_widths(const std::vector<CriticalWidths>& widths, std::vector<Check>& checks);
// Attention at the start, in closed form.
void check_attention(const std::vector<AttentionStatistics>& statistics, std::vector<Check>& checks);
// The concentration condition.
void check_text(const TextCorrelation& correlation, std::vector<Check>& checks);

}  // namespace prenorm::papers::encoder_convergence
