#include <filesystem>

#include "prenorm/papers/benign_overfitting/checks.h"
#include "prenorm/papers/benign_overfitting/digits.h"
#include "prenorm/papers/benign_overfitting/experiments.h"
#include "prenorm/papers/benign_overfitting/figures.h"

namespace prenorm::papers::benign_overfitting {
namespace {

void add_boundary(const ExperimentSetting& setting, const Cells& cells, Results& results) {
  const std::vector<LossGrid> grids = measure_grid(setting.grid, cells);
  check_boundary(grids, results.checks);
  add_grid_figures(grids, "", results);
  const CriticalStudy critical = study_critical(setting, cells);
  check_critical(critical, results.checks);
  add_critical_figures(critical, results);
}

void add_training(const ExperimentSetting& setting, const Cells& cells, Results& results) {
  check_early(study_early(setting, cells), results.checks);
  const PhaseStudy phases = study_phases(setting, cells);
  check_benign_phases(phases, results.checks);
  check_harmful_phases(phases, results.checks);
  add_phase_figures(phases, results);
  const StoppingStudy stopping = study_stopping(setting, cells);
  check_stopping(stopping, results.checks);
  add_stopping_figures(stopping, results);
}

void add_digits(const ExperimentSetting& setting, const Cells& cells, Results& results) {
  if (std::string skipped = real_data::skipped_digits_note("digits as signals"); !skipped.empty()) {
    results.notes.push_back(std::move(skipped));
    return;
  }
  const DigitSignals signals = digit_signals(real_data::read_digits());
  const std::vector<LossGrid> grids = measure_digit_grid(signals, setting.digits, cells);
  check_digits(grids, results.checks);
  add_grid_figures(grids, ", digits 0 and 1 of MNIST as signals", results);
}

}  // namespace

Results run_benign_overfitting(const ExperimentOptions& options, const Cells& cells) {
  const ExperimentSetting setting = experiment_setting(options);
  Results results;
  check_regimes(study_regimes(setting, cells), results.checks);
  add_boundary(setting, cells, results);
  add_training(setting, cells, results);
  add_digits(setting, cells, results);
  const SelectionStudy selection = study_selection(setting, cells);
  check_selection(selection, results.checks);
  add_selection_figures(selection, results);
  results.notes.emplace_back(
      "Descent is computed on projections of the patches, which is exact; fresh noise is drawn in the few directions "
      "that the weights see, which has the same law.");
  results.notes.emplace_back(
      "Runs are compared at equal training loss. The rate is 8 min(1, N/16) min(1, 1/SNR^2) unless said otherwise.");
  return results;
}

}  // namespace prenorm::papers::benign_overfitting
