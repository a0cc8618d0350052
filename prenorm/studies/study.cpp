#include "prenorm/studies/study.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "prenorm/app/setup.h"
#include "prenorm/base/error.h"
#include "prenorm/base/json_kind.h"
#include "prenorm/base/json_text.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/folder_lock.h"
#include "prenorm/files/temporary.h"
#include "prenorm/machine/cores.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/studies/cell_command.h"
#include "prenorm/studies/cell_queue.h"
#include "prenorm/studies/study_inputs.h"
#include "prenorm/studies/study_text.h"
#include "prenorm/updates/compute_settings.h"

namespace prenorm::studies {
namespace {

bool is_default(const LoadedConfig& base, const std::string& key) { return base.origin.at(key) == "default"; }

class Study {
 public:
  Study(const LoadedConfig& base, std::vector<std::string> keys, std::vector<Cell> cells, const StudyOptions& options)
      : base_(base), options_(options), folder_(options.folder), keys_(std::move(keys)), cells_(std::move(cells)) {
    folder_.check(base_.config);
    for (const Cell& cell : cells_) app::check_readable(cell.config);
    check_inputs(folder_, inputs_of(to_begin()));
  }

  StudyOutcome run() {
    StudyOutcome outcome;
    if (!options_.dry_run) {
      FolderLock lock(folder_.path());
      if (!lock.try_lock())
        throw_error<UsageError>(
            "{}: another study is running in this folder; wait for it, or name another with --output",
            folder_.path().string());
      folder_.check(base_.config);  // another process may have begun the study meanwhile
      const StudyInputs inputs = inputs_of(to_begin());
      check_inputs(folder_, inputs);
      remove_leftovers(folder_.path());
      folder_.keep_base(base_.config);
      keep_inputs(folder_, inputs);
      run_cells(outcome);
    }
    outcome.table = table({});
    outcome.unfinished = std::ssize(waiting());
    return outcome;
  }

 private:
  CellRecord read(const Cell& cell) const {
    return read_cell(cell.name, folder_.cell(cell.name), folder_.log(cell.name), cell.config);
  }

  // All cells that have begun, and the grid's cells that have not.
  StudyTable table(const std::vector<std::string>& running) const {
    std::vector<CellRecord> records;
    const std::vector<std::string> begun = folder_.cells();
    records.reserve(begun.size() + cells_.size());
    for (const std::string& name : begun) records.push_back(read({name, {}}));
    for (const Cell& cell : cells_)
      if (std::find(begun.begin(), begun.end(), cell.name) == begun.end()) records.push_back(read(cell));
    for (CellRecord& record : records)
      if (std::find(running.begin(), running.end(), record.name) != running.end()) {
        record.status = CellStatus::kRunning;
        record.problem.clear();
      }
    return make_table(std::move(records), keys_, options_.target_loss);
  }

  void write(const std::vector<std::string>& running) const {
    const StudyTable all = table(running);
    write_file_atomically(folder_.json(), json_text(with_kind(json_kinds::kStudy, to_json(all)), 2) + "\n");
    write_file_atomically(folder_.csv(), to_csv(all));
  }

  std::vector<Cell> waiting() const {
    std::vector<Cell> cells;
    for (const Cell& cell : cells_)
      if (!read(cell).has_ended()) cells.push_back(cell);
    return cells;
  }

  // The cells to begin; others are resumed, which checks their text.
  std::vector<Cell> to_begin() const {
    std::vector<Cell> cells = waiting();
    std::erase_if(cells, [&](const Cell& cell) { return runs::RunFolder(folder_.cell(cell.name)).exists(); });
    return cells;
  }

  std::int64_t jobs() const {
    if (options_.jobs > 0) return options_.jobs;
    return std::min<std::int64_t>(usable_cores(), std::ssize(cells_));
  }

  // Divides the cores by the size of the grid, not by the number of cells left: another number of threads would change
  // the bits.
  void share_cores(std::vector<Cell>& cells) const {
    const bool of_grid = std::find(keys_.begin(), keys_.end(), "runtime.threads") != keys_.end();
    if (of_grid || !is_default(base_, "runtime.threads")) return;
    for (Cell& cell : cells) cell.config.runtime.threads = std::max<std::int64_t>(1, usable_cores() / jobs());
  }

  void run_cells(StudyOutcome& outcome) {
    std::vector<Cell> cells = waiting();
    wait_for_orphans(cells);
    SharedText text(folder_, base_.config);
    for (Cell& cell : cells)
      if (!runs::RunFolder(folder_.cell(cell.name)).exists()) text.prepare(cell.config);
    share_cores(cells);
    for (const Cell& cell : cells)
      if (options_.begin && !runs::RunFolder(folder_.cell(cell.name)).exists()) options_.begin(folder_, cell);
    Progress progress("cells", std::ssize(cells_));
    std::int64_t done = std::ssize(cells_) - std::ssize(cells);
    progress.start_at(done);
    CellQueue queue(folder_, options_.program, std::move(cells));
    write({});
    queue.run(jobs(), [&](const Cell* ended, const std::vector<std::string>& running) {
      if (ended != nullptr) {
        const CellRecord record = read(*ended);
        inform(fmt::format("{}: {}", record.name, outcome_text(record)));
        done += record.has_ended() ? 1 : 0;
        if (record.status == CellStatus::kFailed && outcome.failed++ == 0)
          outcome.first_failure = fmt::format("{}: {}", record.name, record.problem);
        write(running);
      }
      progress.update(done, fmt::format("{} at work", running.size()));
    });
    outcome.signal = queue.stopped_by();
  }

  // Waits for cells of a killed study, which end by themselves with a checkpoint.
  void wait_for_orphans(const std::vector<Cell>& cells) const {
    for (const Cell& cell : cells) {
      const std::filesystem::path run = folder_.cell(cell.name);
      if (!is_there(run)) continue;
      FolderLock lock(run);
      if (lock.try_lock()) continue;
      inform(fmt::format("{}: waiting for the process that is training there", run.string()));
      lock.lock();
    }
  }

  LoadedConfig base_;
  const StudyOptions& options_;
  StudyFolder folder_;
  std::vector<std::string> keys_;  // keys of the grid
  std::vector<Cell> cells_;
};

}  // namespace

LoadedConfig study_base(LoadedConfig base) {
  if (is_default(base, "train.diverged_loss_ratio")) base.config.train.diverged_loss_ratio = kDivergedLossRatio;
  return base;
}

StudyOutcome run_study(const LoadedConfig& base, std::span<const GridAxis> axes, const StudyOptions& options) {
  const LoadedConfig mine = study_base(base);
  std::vector<std::string> keys;
  for (const GridAxis& axis : axes) keys.push_back(axis.key);
  return run_cells(mine, std::move(keys), grid_cells(mine, axes), options);
}

StudyOutcome run_cells(const LoadedConfig& base, std::vector<std::string> keys, std::vector<Cell> cells,
                       const StudyOptions& options) {
  return Study(base, std::move(keys), std::move(cells), options).run();
}

}  // namespace prenorm::studies
