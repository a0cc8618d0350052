// A study: the cells of a grid in one folder, each trained in its own process, several at once. A study can be resumed:
// cells that have finished or diverged are not run again. Others are resumed, whatever stopped them, with the same
// result as if they had not been stopped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "prenorm/config/load.h"
#include "prenorm/studies/grid.h"
#include "prenorm/studies/study_folder.h"
#include "prenorm/studies/study_table.h"

namespace prenorm::studies {

// The value of train.diverged_loss_ratio in a study, unless configured.
inline constexpr double kDivergedLossRatio = 3;

struct StudyOptions {
  std::filesystem::path folder;
  std::filesystem::path program = "/proc/self/exe";  // the program whose `train` command is run
  std::int64_t jobs = 0;                             // cells at once; 0 = one per core, but not more than the grid has
  std::optional<double> target_loss;                 // nats per token; if empty, the median of the final losses
  bool dry_run = false;                              // run and write nothing
  // Makes the run folder of a cell that has not begun; if empty, the cell's own process makes it.
  std::function<void(const StudyFolder& folder, const Cell& cell)> begin{};
};

struct StudyOutcome {
  StudyTable table;             // all cells in the folder and in the grid
  std::int64_t unfinished = 0;  // cells of the grid that remain to be run
  std::int64_t failed = 0;      // cells run by this call that failed
  std::string first_failure;    // "NAME: message"
  int signal = 0;               // the signal that stopped it, or 0
};

// Writes study.json and study.csv whenever a cell has ended. Errors, before anything is started: UsageError for the
// grid (see grid_cells), a folder with other content, another base, a text that differs from the one of the existing
// cells, or another study running in the folder; FileError and DataError for the text. A cell's errors are in its log,
// and counted.
StudyOutcome run_study(const LoadedConfig& base, std::span<const GridAxis> axes, const StudyOptions& options);

// The parts of run_study(). `base`: the result of study_base(), which sets kDivergedLossRatio if it is not configured.
// `keys`: the first columns of the table.
LoadedConfig study_base(LoadedConfig base);
StudyOutcome run_cells(const LoadedConfig& base, std::vector<std::string> keys, std::vector<Cell> cells,
                       const StudyOptions& options);

}  // namespace prenorm::studies
