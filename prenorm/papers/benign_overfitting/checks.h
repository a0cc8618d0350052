// The claims of Jiang et al. 2024 as checks on trainings. Each study is measured first, then checked.
#pragma once

#include <vector>

#include "prenorm/papers/benign_overfitting/critical.h"
#include "prenorm/papers/benign_overfitting/settings.h"
#include "prenorm/papers/benign_overfitting/token_selection.h"
#include "prenorm/papers/check.h"
#include "prenorm/papers/extremes.h"

namespace prenorm::papers::benign_overfitting {

// Two regimes at equal training loss; by seed.
struct RegimeStudy {
  std::vector<Run> benign, harmful, trained_head_benign, trained_head_harmful;
};
RegimeStudy study_regimes(const ExperimentSetting& setting, const Cells& cells);
void check_regimes(const RegimeStudy& study, std::vector<Check>& checks);

// The heat maps at the training losses 0.1 and 0.01.
void check_boundary(const std::vector<LossGrid>& grids, std::vector<Check>& checks);
// The heat maps of digits at the same losses.
void check_digits(const std::vector<LossGrid>& grids, std::vector<Check>& checks);

// Critical N SNR^2, mean over seeds.
struct CriticalPoint {
  CriticalSetting setting;
  double product = 0;

  double over_formula() const { return product / setting.predicted(); }
};
// The share of fresh samples with the wrong sign, mean over seeds.
struct ErrorPoint {
  DataSetting data;
  double error = 0;
};
struct CriticalStudy {
  std::vector<CriticalPoint> patches, uniform_patches;  // by M; below, "uniform" is attention that is not trained
  std::vector<CriticalPoint> stops, uniform_stops;      // by training loss at the stop, ascending
  std::vector<CriticalPoint> strong, uniform_strong;    // by C_p, from 1
  CriticalPoint slow, low_dimension;                    // at a quarter of the rate; with d = 512
  std::vector<ErrorPoint> uniform_errors;               // by d
};
CriticalStudy study_critical(const ExperimentSetting& setting, const Cells& cells);
void check_critical(const CriticalStudy& study, std::vector<Check>& checks);

// The beginning of training in both regimes, by seed, with labels by coin tosses.
struct EarlyRun {
  DataSetting data;
  double positive_share = 0;
  Run run;
};
struct EarlyStudy {
  std::vector<EarlyRun> benign, harmful;
};
EarlyStudy study_early(const ExperimentSetting& setting, const Cells& cells);
void check_early(const EarlyStudy& study, std::vector<Check>& checks);

// Whole trainings in both regimes, by seed.
struct PhaseStudy {
  std::vector<Run> benign, harmful;
};
PhaseStudy study_phases(const ExperimentSetting& setting, const Cells& cells);
void check_benign_phases(const PhaseStudy& study, std::vector<Check>& checks);
void check_harmful_phases(const PhaseStudy& study, std::vector<Check>& checks);

// Rate times steps until the training losses of the setting, mean over seeds; [runs][losses].
struct StoppingStudy {
  std::vector<double> losses, samples, snr;
  std::vector<std::vector<double>> harmful, benign, uniform;  // by N; by SNR; by SNR with uniform attention
};
StoppingStudy study_stopping(const ExperimentSetting& setting, const Cells& cells);
void check_stopping(const StoppingStudy& study, std::vector<Check>& checks);

// The model of Sakamoto and Sato, by signal norm and seed.
struct SelectionStudy {
  std::vector<double> norms;
  std::vector<std::vector<std::vector<SelectionState>>> runs;
};
SelectionStudy study_selection(const ExperimentSetting& setting, const Cells& cells);
void check_selection(const SelectionStudy& study, std::vector<Check>& checks);

}  // namespace prenorm::papers::benign_overfitting
