// What the experiment trains and measures: each study has a cell for each setting and seed.
#pragma once

#include <string>
#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/encoder_convergence/training.h"
#include "prenorm/papers/experiment.h"

namespace prenorm::papers::encoder_convergence {

inline constexpr Initialization kLeCun = Initialization::kLeCun, kHe = Initialization::kHe, kNtk = Initialization::kNtk;
inline constexpr AttentionScale kInverseRoot = AttentionScale::kInverseRoot, kInverse = AttentionScale::kInverse;

struct Setting {
  std::int64_t seeds = 3;
  // At least this many for comparisons with the same step and for NTK, whose rates differ much between seeds.
  std::int64_t comparison_seeds = 5;
  std::vector<std::int64_t> widths = {64, 256, 1024};
  std::vector<std::int64_t> comparison_widths = {64, 256, 1024};
  std::vector<Initialization> initializations = {kLeCun, kHe};
  std::vector<std::int64_t> step_widths = {64, 128, 256, 512, 1024};
  std::vector<std::int64_t> sample_counts = {10, 20, 40, 80, 160};
  std::int64_t selection_samples = 300;
  std::vector<std::int64_t> selection_widths = {64, 256, 1024};
  std::int64_t digit_samples = 200;
  std::vector<std::int64_t> digit_widths = {16, 256};
  std::int64_t documents = 1000;
};
Setting setting_of(const ExperimentOptions& options);

// All seeds of a model.
struct Runs {
  Model model;
  std::vector<Trained> seeds;
};
// LeCun and He at both scales; of LeCun also d_m = 16, which is less than N.
std::vector<Runs> train_gaussian(const Setting& setting, const Cells& cells);
const Runs& find_runs(const std::vector<Runs>& all, Initialization initialization, AttentionScale scale,
                      std::int64_t width);

// Models with one step, by seed.
struct Comparison {
  std::int64_t width = 0;
  std::vector<SameStep> seeds;
};
// LeCun at tau_0 = d_m^(-1/2) and d_m^(-1).
std::vector<Comparison> compare_scales(const Setting& setting, const Cells& cells);
// LeCun, He and NTK at one scale.
std::vector<Comparison> compare_initializations(AttentionScale scale, const Setting& setting, const Cells& cells);

}  // namespace prenorm::papers::encoder_convergence
