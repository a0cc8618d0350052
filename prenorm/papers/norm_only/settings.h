// The sizes of the experiment's studies.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/experiment.h"

namespace prenorm::papers::norm_only {

struct Setting {
  std::int64_t seeds = 3;
  std::int64_t draws = 20;                                // of each seed, for every reconstruction
  std::vector<std::int64_t> widths = {4, 8, 16, 24, 32};  // d
  std::vector<std::int64_t> skip_widths = {16, 32};       // d of the versions with skips
  std::vector<std::int64_t> depths = {1, 2, 4};           // l
  std::vector<std::int64_t> network_widths = {8, 16};
  std::vector<std::int64_t> sparse_widths = {16, 24, 32};
  std::int64_t sparse_work = 400;  // draws of a seed at d = 16; those of larger d are fewer
  std::int64_t students = 3;       // of each seed, for each number of units
  std::int64_t student_updates = 6000;
  std::vector<std::int64_t> language_widths = {32, 64, 128};
  std::int64_t language_updates = 800;
};
Setting setting_of(const ExperimentOptions& options);

// The d of the threshold, its controls and the main figures of the versions with skips.
inline constexpr std::int64_t kMainWidth = 16;

}  // namespace prenorm::papers::norm_only
