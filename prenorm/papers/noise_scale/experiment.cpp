#include "prenorm/papers/noise_scale/checks.h"
#include "prenorm/papers/noise_scale/experiments.h"
#include "prenorm/papers/real_data/folder.h"

namespace prenorm::papers::noise_scale {

Results run_noise_scale(const ExperimentOptions& options, const Cells& cells) {
  const Setting setting = setting_of(options);
  Results results;
  const std::vector<RegressionCase> regression = regression_cases(setting);
  check_regression(regression, results.checks);
  add_regression_figure(regression, results);
  if (!real_data::exists(real_data::kTextFile)) {
    results.notes.push_back(real_data::skipped_note("models of characters", real_data::kTextFile));
    return results;
  }
  const real_data::Characters text = real_data::read_characters();
  check_exact(text, /*seed=*/1, results.checks);
  const std::vector<TrainedModel> models = study_training(setting, text, cells);
  check_training(models, results.checks);
  check_frozen(models, results.checks);
  check_temperature(models, results.checks);
  add_training_figures(models, results);
  add_prediction_notes(models, results);
  const std::vector<RampPair> pairs = study_ramp(setting, text, cells);
  const double stretch = static_cast<double>(setting.ramp_tokens) / 32;
  check_ramp(pairs, stretch, results.checks);
  add_ramp_figure(pairs, stretch, results);
  return results;
}

}  // namespace prenorm::papers::noise_scale
