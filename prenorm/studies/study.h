// A study: the cells of a grid, each trained by a process of its own, several at once, in one folder. Everything that
// has been done is found again: cells that have finished or diverged are never run again, others go on where they were
// stopped, whatever stopped them, and come out as if they had not been.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "prenorm/config/load.h"
#include "prenorm/studies/grid.h"
#include "prenorm/studies/study_table.h"

namespace prenorm::studies {

// Of train.diverged_loss_ratio in a study, unless configured.
inline constexpr double kDivergedLossRatio = 3;

struct StudyOptions {
  std::filesystem::path folder;
  std::filesystem::path program = "/proc/self/exe";  // whose `train` is run
  std::int64_t jobs = 0;                             // cells at once; 0 = one a core, but not more than the grid has
  std::optional<double> target_loss;                 // nats per token; else the median of the final losses
  bool dry_run = false;                              // nothing is run or written
};

struct StudyOutcome {
  StudyTable table;             // of all cells in the folder and in the grid
  std::int64_t unfinished = 0;  // cells of the grid that are still to be run
  std::int64_t failed = 0;      // of those that this call has run
  std::string first_failure;    // "NAME: message"
  int signal = 0;               // that stopped it, else 0
};

// Writes study.json and study.csv whenever a cell has ended.
// Errors, before anything is started: UsageError for the grid (see grid_cells), a folder of something else, another
// base, a text that is no longer the one of the cells that are there, or another study at work in it; FileError and
// DataError for the text. A cell's errors are in its log, and
// counted.
StudyOutcome run_study(const LoadedConfig& base, std::span<const GridAxis> axes, const StudyOptions& options);

// The parts of run_study(). `base`: as study_base() leaves it, with kDivergedLossRatio where nothing else is
// configured. `keys`: come first in the table.
LoadedConfig study_base(LoadedConfig base);
StudyOutcome run_cells(const LoadedConfig& base, std::vector<std::string> keys, std::vector<Cell> cells,
                       const StudyOptions& options);

}  // namespace prenorm::studies
