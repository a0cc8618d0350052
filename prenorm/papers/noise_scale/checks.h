// The claims of Gray et al. 2024 as checks on what was measured. Each function appends some.
#pragma once

#include <string_view>
#include <vector>

#include "prenorm/papers/check.h"
#include "prenorm/papers/noise_scale/exact_study.h"
#include "prenorm/papers/noise_scale/ramp_study.h"
#include "prenorm/papers/noise_scale/regression.h"
#include "prenorm/papers/noise_scale/training_study.h"
#include "prenorm/papers/results.h"

namespace prenorm::papers::noise_scale {

// "pre_ln_"
std::string check_prefix(NormPlacement placement);

void check_exact(const real_data::Characters& text, std::uint64_t seed, std::vector<Check>& checks);

// A series of batches of the regression problem.
struct RegressionCase {
  std::int64_t big = 64, small = 1;
  std::vector<Moments> series;
};
std::vector<RegressionCase> regression_cases(const Setting& setting);
void check_regression(const std::vector<RegressionCase>& cases, std::vector<Check>& checks);

void check_training(const std::vector<TrainedModel>& models, std::vector<Check>& checks);
void check_frozen(const std::vector<TrainedModel>& models, std::vector<Check>& checks);
void check_temperature(const std::vector<TrainedModel>& models, std::vector<Check>& checks);
void check_ramp(const std::vector<RampPair>& pairs, double stretch, std::vector<Check>& checks);

// Figures and notes.
void add_regression_figure(const std::vector<RegressionCase>& cases, Results& results);
void add_training_figures(const std::vector<TrainedModel>& models, Results& results);
void add_prediction_notes(const std::vector<TrainedModel>& models, Results& results);
void add_ramp_figure(const std::vector<RampPair>& pairs, double stretch, Results& results);

}  // namespace prenorm::papers::noise_scale
