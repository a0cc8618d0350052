// Runs the processes of cells, several at once, until all have ended or a signal stops them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "prenorm/machine/process.h"
#include "prenorm/studies/grid.h"
#include "prenorm/studies/study_folder.h"

namespace prenorm::studies {

class CellQueue {
 public:
  CellQueue(const StudyFolder& folder, std::filesystem::path program, std::vector<Cell> cells)
      : folder_(folder), program_(std::move(program)), cells_(std::move(cells)) {}

  // `on_progress` is called with a finished cell and the names of the running ones, and regularly without a cell. A
  // stop signal (machine/stop_signal.h) is passed on; cells then end with a checkpoint, and no more are started. A
  // process that ends before its cell is done leaves the reason in the log's last line, "error: ...". Errors: FileError
  // if no process can be started; those of `on_progress`. Running processes are stopped first.
  void run(std::int64_t jobs,
           const std::function<void(const Cell* ended, const std::vector<std::string>& running)>& on_progress);
  // The signal, 0 if there was none.
  int stopped_by() const { return signal_; }

 private:
  struct Job {
    const Cell* cell;
    ChildProcess process;
  };
  void start_some(std::int64_t jobs);
  void pass_signal_on();
  void explain_end(const Cell& cell, const ProcessEnd& end) const;
  std::vector<std::string> running() const;

  const StudyFolder& folder_;
  std::filesystem::path program_;
  std::vector<Cell> cells_;
  std::size_t next_ = 0;
  std::vector<Job> jobs_;
  int signal_ = 0;
};

}  // namespace prenorm::studies
